import { expect, test } from "vitest";
import { addUsage, NO_USAGE } from "./usage.ts";

test("tokens of each kind are added apart", () => {
  const some = {
    inputTokens: 1,
    cacheReadTokens: 20,
    cacheWriteTokens: 300,
    outputTokens: 4_000,
    reasoningTokens: 50_000,
  };
  expect(addUsage(some, NO_USAGE)).toEqual(some);
  expect(addUsage(some, some)).toEqual({
    inputTokens: 2,
    cacheReadTokens: 40,
    cacheWriteTokens: 600,
    outputTokens: 8_000,
    reasoningTokens: 100_000,
  });
});
