import { expect, test } from "vitest";
import { NO_USAGE } from "../../core/usage.ts";
import {
  costSoFar,
  countCost,
  countPiece,
  countTurn,
  nothingSpent,
  usageSoFar,
} from "./spending.ts";

const CALL = { inputTokens: 1200, cacheReadTokens: 800, cacheWriteTokens: 100, outputTokens: 34 };

test("the usage of a turn's answer is the turn's, and turns add up", () => {
  const spending = nothingSpent();
  const usage = {
    inputTokens: 1200,
    outputTokens: 34,
    cachedReadTokens: 800,
    cachedWriteTokens: 100,
    totalTokens: 2134,
  };
  countTurn(spending, { stopReason: "end_turn", usage });
  countTurn(spending, { stopReason: "end_turn", usage });
  expect(usageSoFar(spending)).toMatchObject({ inputTokens: 2400, cacheReadTokens: 1600 });
});

test.each([
  [
    "apart from the input and the output",
    { inputTokens: 1200, outputTokens: 30, totalTokens: 2134 },
  ],
  ["as parts of them", { inputTokens: 2100, outputTokens: 34, totalTokens: 2134 }],
  ["and only thoughts apart", { inputTokens: 2100, outputTokens: 30, totalTokens: 2134 }],
  ["and only thoughts within", { inputTokens: 1200, outputTokens: 34, totalTokens: 2134 }],
])("cached tokens and thoughts are told apart where they are counted %s", (_how, told) => {
  const spending = nothingSpent();
  const rest = { cachedReadTokens: 800, cachedWriteTokens: 100, thoughtTokens: 4 };
  countTurn(spending, { usage: { ...told, ...rest } });
  expect(usageSoFar(spending)).toEqual({ ...CALL, outputTokens: 30, reasoningTokens: 4 });
});

test("an agent that tells no total counts nothing twice", () => {
  const spending = nothingSpent();
  countTurn(spending, { usage: { inputTokens: 1200, outputTokens: 34, cachedReadTokens: 800 } });
  expect(usageSoFar(spending)).toMatchObject({ inputTokens: 1200, cacheReadTokens: 800 });
});

test("a quota is read where nothing else is told", () => {
  const spending = nothingSpent();
  const quota = { token_count: { input_tokens: 4200, output_tokens: 68 } };
  countTurn(spending, { _meta: { quota } });
  expect(usageSoFar(spending)).toEqual({ ...NO_USAGE, inputTokens: 4200, outputTokens: 68 });
});

test("pieces of messages count until the answer to their turn tells all of it", () => {
  const usage = { inputTokens: 2100, outputTokens: 34, totalTokens: 2134, cachedReadTokens: 800 };
  const piece = { content: { text: "" }, _meta: { usage } };
  const spending = nothingSpent();
  expect(countPiece(spending, piece)).toBe(true);
  expect(countPiece(spending, piece)).toBe(true);
  expect(countPiece(spending, { content: { text: "said" } })).toBe(false);
  expect(usageSoFar(spending)).toMatchObject({ inputTokens: 2600, outputTokens: 68 });
  countTurn(spending, { stopReason: "end_turn" });
  expect(usageSoFar(spending)).toMatchObject({ inputTokens: 2600, outputTokens: 68 });
  countPiece(spending, piece);
  countTurn(spending, { usage: { inputTokens: 10, outputTokens: 1, totalTokens: 11 } });
  expect(usageSoFar(spending)).toMatchObject({ inputTokens: 2610, outputTokens: 69 });
});

const costs = (amount: number, currency = "USD"): object => ({ cost: { amount, currency } });

test("the cost of a session is that of the process which began it", () => {
  const spending = nothingSpent();
  expect(costSoFar(spending)).toBeUndefined();
  countCost(spending, { ...costs(0.1) });
  countCost(spending, { ...costs(0.3) });
  expect(costSoFar(spending)).toBe(0.3);
});

test("what earlier processes have cost is taken off", () => {
  const spending = nothingSpent({ sessionId: "s-1", usage: NO_USAGE, costUsd: 0.1 });
  expect(costSoFar(spending)).toBeUndefined();
  countCost(spending, { ...costs(0.3) });
  expect(costSoFar(spending)).toBe(0.2);
});

test("other money than dollars is no cost that we can add", () => {
  const spending = nothingSpent();
  expect(countCost(spending, { ...costs(0.3, "EUR") })).toBe(false);
});
