import { expect, test } from "vitest";
import { createHints, heardForeign } from "./hints.ts";

test("a notice that is no version is passed over, and the next version is told of once", () => {
  const hints = createHints();
  let told = 0;
  hints.listeners.add(() => void (told += 1));
  for (const version of [Number("gossip"), Number("1e999")]) heardForeign(hints, version);
  expect(told).toBe(0);
  for (const version of [1, 1]) heardForeign(hints, version);
  expect(told).toBe(1);
});
