import { expect, test } from "vitest";
import { resetTimeIn } from "./reset-time.ts";

/** Began on 2026-11-21 at 13:51:28 in UTC. */
const THREAD = "01a1fe60-b71f-7b23-81cf-5bfc8569e0a6";

test.each([
  ["Try again at 3:42 PM.", "UTC", "2026-11-21T15:43:00Z"],
  ["or try again at 3:42 PM.", "Europe/Berlin", "2026-11-21T14:43:00Z"],
  ["or try again at 1:51 PM.", "UTC", "2026-11-21T13:52:00Z"],
  ["or try again at 12:05 AM.", "UTC", "2026-11-22T00:06:00Z"],
  ["or try again at 1:42 PM.", "UTC", "2026-11-22T13:43:00Z"],
  ["or try again at Nov 22nd, 2026 2:42 PM.", "UTC", "2026-11-22T14:43:00Z"],
  ["or try again at Jan 20th, 2027 1:42 PM.", "America/New_York", "2027-01-20T18:43:00Z"],
])("a limit with %j in %s ends at %s", (text, timeZone, iso) => {
  const resetAtMs = resetTimeIn(text, { threadId: THREAD, timeZone });
  expect(new Date(resetAtMs ?? 0)).toEqual(new Date(iso));
});

test.each([
  ["Try again later.", THREAD, "UTC"],
  ["Try again at 3:42 PM.", undefined, "UTC"],
  ["Try again at 3:42 PM.", "11111111-2222-4333-8444-555555555555", "UTC"],
  ["Try again at 3:42 PM.", THREAD, "Nowhere/Land"],
  ["Try again at Foo 22nd, 2026 2:42 PM.", THREAD, "UTC"],
])("%j in the thread %s in %s tells no end", (text, threadId, timeZone) => {
  expect(resetTimeIn(text, { threadId, timeZone })).toBeUndefined();
});
