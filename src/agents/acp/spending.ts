import { addUsage, NO_USAGE, type Usage } from "../../core/usage.ts";
import type { EarlierUse } from "../adapter.ts";
import { amountIn, asFields, countIn, fieldsIn, textIn, type Fields } from "../json-fields.ts";
import { withoutOverlap } from "../token-counts.ts";

/**
 * What this process has used. Agents tell it in four places: `usage` in the answer to a prompt,
 * `_meta.quota` there, `_meta.usage` of a piece of a message, and the session's cost in a
 * `usage_update`. The answer is about its whole turn, and settles it.
 */
export type Spending = {
  settled: Usage;
  /** Of calls of the model in the turn at work, where those are told. */
  unsettled: Usage;
  /** Of the session so far, also by earlier processes. */
  sessionCostUsd: number | undefined;
  /** What earlier processes are known to have cost in the session. */
  readonly costBeforeUsd: number;
};

export function nothingSpent(earlier?: EarlierUse): Spending {
  return {
    settled: NO_USAGE,
    unsettled: NO_USAGE,
    sessionCostUsd: undefined,
    costBeforeUsd: earlier?.costUsd ?? 0,
  };
}

/** Everything this process is known to have used. */
export function usageSoFar({ settled, unsettled }: Spending): Usage {
  return addUsage(settled, unsettled);
}

/** What that was, in money; `undefined` when it is not told. */
export function costSoFar({ sessionCostUsd, costBeforeUsd }: Spending): number | undefined {
  if (sessionCostUsd === undefined) return undefined;
  return Math.max(0, Math.round((sessionCostUsd - costBeforeUsd) * 1e9) / 1e9);
}

/** Counts what a piece of a message tells; returns whether it tells something. */
export function countPiece(spending: Spending, update: Fields): boolean {
  const usage = usageIn(fieldsIn(fieldsIn(update, "_meta"), "usage"));
  if (usage) spending.unsettled = addUsage(spending.unsettled, usage);
  return usage !== undefined;
}

/** Counts a turn by the answer that ended it. */
export function countTurn(spending: Spending, result: Fields): void {
  const quota = fieldsIn(fieldsIn(fieldsIn(result, "_meta"), "quota"), "token_count");
  const told = usageIn(fieldsIn(result, "usage")) ?? usageIn(quota);
  spending.settled = addUsage(spending.settled, told ?? spending.unsettled);
  spending.unsettled = NO_USAGE;
}

/** Reads the cost of the session, told at the end of a turn; returns whether it is told. */
export function countCost(spending: Spending, update: Fields): boolean {
  const amount = costIn(update);
  if (amount !== undefined) spending.sessionCostUsd = amount;
  return amount !== undefined;
}

function costIn(update: Fields): number | undefined {
  const cost = asFields(update["cost"]);
  if (!cost || (textIn(cost, "currency") ?? "USD") !== "USD") return undefined;
  return amountIn(cost, "amount");
}

/**
 * Counts that do not overlap. Whether an agent counts cached tokens as a part of the input, and
 * thoughts as a part of the output, its total tells.
 */
function usageIn(told: Fields): Usage | undefined {
  const count = (...names: readonly string[]): number =>
    names.map((name) => countIn(told, name)).find((tokens) => tokens > 0) ?? 0;
  const usage: Usage = {
    inputTokens: count("inputTokens", "input_tokens"),
    cacheReadTokens: count("cachedReadTokens", "cachedInputTokens"),
    cacheWriteTokens: count("cachedWriteTokens"),
    outputTokens: count("outputTokens", "output_tokens"),
    reasoningTokens: count("thoughtTokens", "reasoningOutputTokens"),
  };
  const { inputTokens, outputTokens, reasoningTokens } = usage;
  const cached = usage.cacheReadTokens + usage.cacheWriteTokens;
  if (inputTokens + outputTokens + cached + reasoningTokens === 0) return undefined;
  const total = count("totalTokens");
  const isCacheInInput =
    total === inputTokens + outputTokens || total === inputTokens + outputTokens + reasoningTokens;
  const isThoughtInOutput =
    total === inputTokens + outputTokens || total === inputTokens + outputTokens + cached;
  const apart = withoutOverlap(usage);
  return {
    ...(isCacheInInput ? apart : usage),
    outputTokens: isThoughtInOutput ? apart.outputTokens : outputTokens,
    reasoningTokens: isThoughtInOutput ? apart.reasoningTokens : reasoningTokens,
  };
}
