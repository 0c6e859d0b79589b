import { expect, test } from "vitest";
import { isLimit, millisecondsOf, readDuration } from "./duration.ts";

test.each([
  ["90", 90_000],
  ["1.5", 1_500],
  ["90s", 90_000],
  ["1h30m", 5_400_000],
  ["0.5d", 43_200_000],
  ["1.0004s", 1_000],
])("typed or written in a file, %s is %i ms", (typed, ms) => {
  expect(readDuration(typed)).toBe(ms);
  const written = Number.isNaN(Number(typed)) ? typed : Number(typed);
  expect(millisecondsOf(written)).toBe(ms);
});

test.each(["", "soon", "1h30", "-5", "5 m", "1e3", "5m\n"])("%j is no duration", (typed) => {
  expect(readDuration(typed)).toBeUndefined();
});

test("a limit is from a second to 30 days", () => {
  expect([999, 1_000, 30 * 86_400_000, 30 * 86_400_001, Infinity].map(isLimit)).toEqual([
    false,
    true,
    true,
    false,
    false,
  ]);
});
