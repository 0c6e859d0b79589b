import { expect, test } from "vitest";
import { resetTimeIn } from "./reset-time.ts";

const SAID = "2026-11-21T07:58:00Z";

test.each([
  ["Claude AI usage limit reached|1763700000", "2025-11-21T04:40:00Z"],
  ["You've hit your 5-hour limit · resets 9:58am (UTC)", "2026-11-21T09:58:00Z"],
  ["You've hit your session limit · resets 9pm (UTC)", "2026-11-21T21:00:00Z"],
  ["You've hit your session limit . resets 7am (UTC)", "2026-11-22T07:00:00Z"],
  ["You've hit your session limit · resets 12am (UTC)", "2026-11-22T00:00:00Z"],
  ["You've hit your session limit · resets 12pm (UTC)", "2026-11-21T12:00:00Z"],
  ["You've hit your limit · resets 9pm (America/New_York)", "2026-11-22T02:00:00Z"],
  ["You've hit your limit · resets 3:30pm (Asia/Kolkata)", "2026-11-21T10:00:00Z"],
  ["You've hit your weekly limit · resets Nov 25, 9am (Europe/Berlin)", "2026-11-25T08:00:00Z"],
  ["You've hit your weekly limit · resets Nov 25 at 9am (UTC)", "2026-11-25T09:00:00Z"],
  ["You've hit your monthly limit · resets Jan 2, 9am (UTC)", "2027-01-02T09:00:00Z"],
  ["You've hit your monthly limit · resets Jan 2, 2028, 9am (UTC)", "2028-01-02T09:00:00Z"],
  ["The limit is reset at night, resets at 9am (UTC)", "2026-11-21T09:00:00Z"],
])("%j ends at %s", (text, at) => {
  expect(resetTimeIn(text, Date.parse(SAID))).toBe(Date.parse(at));
});

test("the hour is that of the clocks on its own day, on both sides of a clock change", () => {
  const before = Date.parse("2026-03-28T12:00:00Z");
  expect(resetTimeIn("resets Mar 29, 1am (Europe/Berlin)", before)).toBe(
    Date.parse("2026-03-29T00:00:00Z"),
  );
  expect(resetTimeIn("resets Mar 29, 9am (Europe/Berlin)", before)).toBe(
    Date.parse("2026-03-29T07:00:00Z"),
  );
});

test.each([
  "You've hit your session limit.",
  "resets 9pm",
  "resets 9pm (Middle-earth/Shire)",
  "resets Smarch 13, 9am (UTC)",
])("%j tells no time", (text) => {
  expect(resetTimeIn(text, Date.parse(SAID))).toBeUndefined();
});

test("an hour says nothing when it is not known when it was said", () => {
  expect(resetTimeIn("resets 9pm (UTC)", undefined)).toBeUndefined();
});
