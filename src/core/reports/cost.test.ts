import { expect, test } from "vitest";
import type { Attempt } from "../attempt.ts";
import { anAttempt } from "../testing/builders.ts";
import { NO_USAGE } from "../usage.ts";
import { addSpending, costKeyOf, costRows, hasBegun, NO_SPENDING, type Spending } from "./cost.ts";

function sumOf(...given: readonly Partial<Attempt>[]): Spending {
  return given.map((one) => anAttempt(one)).reduce(addSpending, NO_SPENDING);
}

const TOLD = { ...NO_USAGE, inputTokens: 100, outputTokens: 10 };

test("attempts that failed or were killed cost what they cost", () => {
  expect(
    sumOf(
      { state: "succeeded", usage: TOLD, costUsd: 0.1 },
      { state: "failed", usage: TOLD, costUsd: 0.2 },
      { state: "lost", usage: TOLD, costUsd: 0.3 },
      { state: "cancelled", usage: TOLD, costUsd: 0.4 },
      { state: "running", usage: TOLD, costUsd: 0.5 },
    ),
  ).toEqual({
    attempts: 5,
    unsuccessful: 3,
    usage: { ...NO_USAGE, inputTokens: 500, outputTokens: 50 },
    withoutUsage: 0,
    costUsd: 1.5,
    unsuccessfulUsd: 0.9,
    withoutCost: 0,
  });
});

test.each<[string, readonly Partial<Attempt>[], Partial<Spending>]>([
  ["nothing", [], { costUsd: undefined, withoutCost: 0, withoutUsage: 0 }],
  ["what was not told", [{}], { costUsd: undefined, withoutCost: 1, withoutUsage: 1 }],
  ["a cost of zero", [{ costUsd: 0 }], { costUsd: 0, withoutCost: 0, withoutUsage: 1 }],
  ["both", [{ costUsd: 0 }, { usage: TOLD }], { costUsd: 0, withoutCost: 1, withoutUsage: 1 }],
  [
    "a failure that told no cost",
    [{ state: "failed" }],
    { unsuccessfulUsd: undefined, unsuccessful: 1 },
  ],
])("%s is not taken for another", (_name, given, expected) => {
  expect(sumOf(...given)).toMatchObject(expected);
});

test("adding up makes no fractions of its own", () => {
  expect(sumOf({ costUsd: 0.1 }, { costUsd: 0.2 }).costUsd).toBe(0.3);
});

test("an attempt is added up under its agent, its task, or the day on which it began", () => {
  const attempt = anAttempt({ agent: "codex", taskId: "k3f9", queuedAtMs: 1, startedAtMs: 2 });
  const keys = (["agent", "task", "day"] as const).map((by) =>
    costKeyOf(attempt, by, (atMs) => `day ${atMs}`),
  );
  expect(keys).toEqual(["codex", "k3f9", "day 2"]);
  expect([attempt, anAttempt()].map(hasBegun)).toEqual([true, false]);
});

test("the dearest comes first, and days come in their order", () => {
  const sums = new Map([
    ["untold", sumOf({})],
    ["cheap", sumOf({ costUsd: 1 })],
    ["untold but long", sumOf({ usage: TOLD })],
    ["dear", sumOf({ costUsd: 2 })],
  ]);
  const keysBy = (by: "task" | "day"): string[] => costRows(sums, by).map(({ key }) => key);
  expect(keysBy("task")).toEqual(["dear", "cheap", "untold but long", "untold"]);
  expect(keysBy("day")).toEqual(["cheap", "dear", "untold", "untold but long"]);
});
