import { isLive, type Attempt } from "../attempt.ts";
import { wholeNanos } from "../price.ts";
import { addUsage, NO_USAGE, totalOf, type Usage } from "../usage.ts";
import { toldUsage } from "./told-usage.ts";

/** What attempts have used, added up. What was not told is counted, and never taken for zero. */
export type Spending = {
  readonly attempts: number;
  /** Those of them that are over and did not succeed: failed, timed out, killed, cancelled. */
  readonly unsuccessful: number;
  readonly usage: Usage;
  /** Attempts whose agent has told no tokens. */
  readonly withoutUsage: number;
  /** What attempts have cost; `undefined` when it is known of none. */
  readonly costUsd: number | undefined;
  /** What of that went to unsuccessful attempts. */
  readonly unsuccessfulUsd: number | undefined;
  /** Attempts whose cost was neither told nor reckoned. */
  readonly withoutCost: number;
  /** What of the cost was reckoned from tokens; `undefined` when all of it was told. */
  readonly estimatedUsd: number | undefined;
};

export type CostKey = "agent" | "task" | "day";

/** As much of an attempt as is added up. */
export type Spent = Pick<
  Attempt,
  | "agent"
  | "taskId"
  | "state"
  | "usage"
  | "costUsd"
  | "costIsEstimated"
  | "queuedAtMs"
  | "startedAtMs"
>;

export const NO_SPENDING: Spending = {
  attempts: 0,
  unsuccessful: 0,
  usage: NO_USAGE,
  withoutUsage: 0,
  costUsd: undefined,
  unsuccessfulUsd: undefined,
  withoutCost: 0,
  estimatedUsd: undefined,
};

/** What is spent once this attempt is added. */
export function addSpending(sum: Spending, attempt: Spent): Spending {
  const { state, costUsd, costIsEstimated = false } = attempt;
  const usage = toldUsage(attempt.usage);
  const isLost = !isLive(state) && state !== "succeeded";
  return {
    attempts: sum.attempts + 1,
    unsuccessful: sum.unsuccessful + Number(isLost),
    usage: usage ? addUsage(sum.usage, usage) : sum.usage,
    withoutUsage: sum.withoutUsage + Number(usage === undefined),
    costUsd: addCost(sum.costUsd, costUsd),
    unsuccessfulUsd: isLost ? addCost(sum.unsuccessfulUsd, costUsd) : sum.unsuccessfulUsd,
    withoutCost: sum.withoutCost + Number(costUsd === undefined),
    estimatedUsd: costIsEstimated ? addCost(sum.estimatedUsd, costUsd) : sum.estimatedUsd,
  };
}

/** Whether the attempt came as far as to spend anything: one that was given back before did not. */
export function hasBegun({ startedAtMs }: Spent): boolean {
  return startedAtMs !== undefined;
}

/** What the attempt is added up under; days are those of UTC. */
export function costKeyOf(attempt: Spent, by: CostKey, dayOf: (atMs: number) => string): string {
  switch (by) {
    case "agent":
      return attempt.agent;
    case "task":
      return attempt.taskId;
    case "day":
      return dayOf(attempt.startedAtMs ?? attempt.queuedAtMs);
  }
}

export type CostRow = Spending & { readonly key: string };

/** Days in their order; agents and tasks with the dearest first, then those with most tokens. */
export function costRows(sums: ReadonlyMap<string, Spending>, by: CostKey): CostRow[] {
  const rows = [...sums].map(([key, spending]) => ({ key, ...spending }));
  if (by === "day") return rows.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  return rows.toSorted(
    (a, b) => (b.costUsd ?? -1) - (a.costUsd ?? -1) || totalOf(b.usage) - totalOf(a.usage),
  );
}

function addCost(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return wholeNanos(a + b);
}
