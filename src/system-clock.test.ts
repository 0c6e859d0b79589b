import { once } from "node:events";
import { expect, test } from "vitest";
import { systemClock } from "./system-clock.ts";

const NEVER = new AbortController().signal;

test("to wait for a time that has passed is no reason to warn", async () => {
  const done = new AbortController();
  const warning = once(process, "warning", { signal: done.signal }).catch(() => undefined);
  await systemClock.sleep(-1, NEVER);
  await new Promise(setImmediate);
  done.abort();
  expect(await warning).toBeUndefined();
});

test("a wait ends at once when it is broken off, and does not reject", async () => {
  const breaking = new AbortController();
  const waiting = systemClock.sleep(60_000, breaking.signal);
  breaking.abort();
  expect(await waiting).toBeUndefined();
});
