import { describe, expect, test } from "vitest";
import { inWords, OUTPUT_BYTES_MAX, passedLimit, seenOutput } from "./limits.ts";

const LIMITS = { timeoutMs: 60_000, stallMs: 10_000, maxRetries: 0 };
const FRESH = { startedAwakeMs: 1_000, lastOutputAwakeMs: 1_000, outputBytes: 0 };

describe("an attempt", () => {
  test.each([
    ["works", FRESH, 10_999, undefined],
    ["has printed nothing for its stall limit", FRESH, 11_000, "stalled"],
    ["prints", { ...FRESH, lastOutputAwakeMs: 60_000 }, 60_999, undefined],
    ["has run for its timeout", { ...FRESH, lastOutputAwakeMs: 60_999 }, 61_000, "timed_out"],
    ["has both run and been silent too long", FRESH, 61_000, "timed_out"],
    ["has printed too much", { ...FRESH, outputBytes: OUTPUT_BYTES_MAX + 1 }, 1_001, "failed"],
  ] as const)("that %s, at %#, ends as it must", (_name, record, awakeMs, end) => {
    expect(passedLimit(LIMITS, record, awakeMs)?.end).toBe(end);
  });

  test("may be silent for ever if its stall limit is off", () => {
    expect(passedLimit({ ...LIMITS, stallMs: 0 }, FRESH, 60_999)).toBeUndefined();
  });

  test("is told when a person ended it", () => {
    const passed = passedLimit({ ...LIMITS, timeoutMs: 0 }, FRESH, 1_000);
    expect(passed).toMatchObject({ end: "timed_out", failure: { class: "timeout" } });
    expect(passed?.failure.message).toBe("A person ended it as timed out.");
  });

  test("is told how long it ran, in words", () => {
    const passed = passedLimit({ ...LIMITS, timeoutMs: 1_800_000 }, FRESH, 1_801_000);
    expect(passed?.failure.message).toContain("30 min");
  });
});

test("output starts the wait for more anew, and silence does not", () => {
  const record = seenOutput(FRESH, 10, 5_000);
  expect(record).toEqual({ startedAwakeMs: 1_000, lastOutputAwakeMs: 5_000, outputBytes: 10 });
  expect(seenOutput(record, 10, 9_000)).toBe(record);
});

test.each([
  [0, "0 s"],
  [1_500, "1.5 s"],
  [90_000, "90 s"],
  [120_000, "2 min"],
  [900_000, "15 min"],
  [7_200_000, "2 h"],
  [9_000_000, "2.5 h"],
])("%i ms are %s in words", (ms, words) => {
  expect(inWords(ms)).toBe(words);
});
