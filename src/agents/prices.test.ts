import { expect, test } from "vitest";
import { priceOf } from "./prices.ts";

test.each(["gpt-5", "openai/gpt-5", "openrouter/openai/gpt-5", "gpt-5-2025-08-07", "gpt-5-latest"])(
  "%s is a name of gpt-5",
  (model) => {
    expect(priceOf(model, {})).toEqual({ input: 1.25, cacheRead: 0.125, output: 10 });
  },
);

test.each(["gpt-5-ultra", "gpt-5.9", "", "constructor", "my-model", "gpt"])(
  "%s has no price, and not that of another model",
  (model) => {
    expect(priceOf(model, {})).toBeUndefined();
  },
);

test("what is configured goes before what is bundled", () => {
  const mine = { input: 1, output: 2 };
  expect(priceOf("gpt-5", { "gpt-5": mine })).toBe(mine);
  expect(priceOf("lab/my-model-20260101", { "my-model": mine })).toBe(mine);
});

test("a cache of Claude is dearer to write and cheaper to read than its input", () => {
  expect(priceOf("claude-sonnet-4-5-20250929", {})).toEqual({
    input: 3,
    cacheRead: 0.3,
    cacheWrite: 3.75,
    output: 15,
  });
});
