import { expect, test } from "vitest";
import { costOf } from "./price.ts";

const USAGE = {
  inputTokens: 1_000_000,
  cacheReadTokens: 2_000_000,
  cacheWriteTokens: 3_000_000,
  outputTokens: 4_000_000,
  reasoningTokens: 5_000_000,
};

test("each count of tokens has its price, and thoughts that of output", () => {
  expect(costOf(USAGE, { input: 1, cacheRead: 0.1, cacheWrite: 2, output: 10 })).toBe(97.2);
});

test("what has no price of its own costs as much as input", () => {
  expect(costOf(USAGE, { input: 1, output: 0 })).toBe(6);
});

test("a cost has no fractions that only multiplying has made", () => {
  const usage = { ...USAGE, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
  const small = { ...usage, inputTokens: 3, outputTokens: 1 };
  expect(costOf(small, { input: 0.1, output: 0.2 })).toBe(0.000_000_5);
});
