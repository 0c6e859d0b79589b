import { wholeNanos } from "../../core/price.ts";
import { addUsage, NO_USAGE, type Usage } from "../../core/usage.ts";
import { amountIn, asFields, countIn, fieldsIn, textIn, type Fields } from "../json-fields.ts";

/**
 * What this process has used. Results settle it exactly; until one comes, each model message counts
 * with what was known when it began, which misses most of its output. A resumed session's own
 * totals are never used as they are: they hold what earlier processes used.
 */
export type Spending = {
  settled: Usage;
  /** `undefined` until a result tells. */
  settledCostUsd: number | undefined;
  /** Of messages since the last result. */
  unsettled: Usage;
  /** Ids of the newest messages: the same usage comes again with every content block of one. */
  readonly counted: Set<string>;
  /** The session's cost so far, as the last result told it. */
  sessionCostUsd: number | undefined;
};

/** The blocks of one message come close together; agents work side by side in one stream, though. */
const COUNTED_MAX = 10_000;

export function nothingSpent(): Spending {
  return {
    settled: NO_USAGE,
    settledCostUsd: undefined,
    unsettled: NO_USAGE,
    counted: new Set(),
    sessionCostUsd: undefined,
  };
}

/** Everything this process is known to have used. */
export function usageSoFar({ settled, unsettled }: Spending): Usage {
  return addUsage(settled, unsettled);
}

/** Counts a line of a model's message; returns whether it tells something new. */
export function countMessage(spending: Spending, message: Fields): boolean {
  const id = textIn(message, "id");
  if (id === undefined || spending.counted.has(id)) return false;
  spending.counted.add(id);
  const [oldest] = spending.counted;
  if (spending.counted.size > COUNTED_MAX && oldest !== undefined) spending.counted.delete(oldest);
  const usage = wireUsage(fieldsIn(message, "usage"));
  spending.unsettled = addUsage(spending.unsettled, usage);
  return weight(usage) > 0;
}

/** Counts a result: all that was used since the result before. */
export function countResult(spending: Spending, result: Fields): void {
  const { usage, costUsd } = sinceLastResult(spending, result);
  spending.settled = addUsage(spending.settled, usage);
  if (costUsd !== undefined) {
    spending.settledCostUsd = wholeNanos((spending.settledCostUsd ?? 0) + costUsd);
  }
  spending.sessionCostUsd = amountIn(result, "total_cost_usd") ?? spending.sessionCostUsd;
  spending.unsettled = NO_USAGE;
}

type Spent = { readonly usage: Usage; readonly costUsd: number | undefined };

function sinceLastResult(spending: Spending, result: Fields): Spent {
  const since = asFields(result["model_usage_since_last_result"]);
  if (since) return sumOfModels(since);

  // Builds that do not tell, and results written when a start failed or a run broke off.
  const told = wireUsage(fieldsIn(result, "usage"));
  const usage = weight(told) >= weight(spending.unsettled) ? told : spending.unsettled;
  return { usage, costUsd: costOf(usage, spending, result) };
}

/** This part of a session's cost, where the session may have begun in an earlier process. */
function costOf(usage: Usage, spending: Spending, result: Fields): number | undefined {
  const sessionCostUsd = amountIn(result, "total_cost_usd");
  if (sessionCostUsd === undefined) return undefined;
  if (spending.sessionCostUsd !== undefined) {
    return Math.max(0, sessionCostUsd - spending.sessionCostUsd);
  }
  const session = sumOfModels(fieldsIn(result, "modelUsage")).usage;
  if (weight(session) <= weight(usage)) return sessionCostUsd;
  return (sessionCostUsd * weight(usage)) / weight(session);
}

/** What tokens cost against one input token: the same proportions for every Claude model. */
function weight(usage: Usage): number {
  const output = usage.outputTokens + usage.reasoningTokens;
  return (
    usage.inputTokens + usage.cacheWriteTokens * 1.25 + usage.cacheReadTokens / 10 + output * 5
  );
}

function sumOfModels(models: Fields): { readonly usage: Usage; readonly costUsd: number } {
  let usage = NO_USAGE;
  let costUsd = 0;
  for (const name of Object.keys(models)) {
    const model = fieldsIn(models, name);
    const output = countIn(model, "outputTokens");
    usage = addUsage(usage, {
      inputTokens: countIn(model, "inputTokens"),
      cacheReadTokens: countIn(model, "cacheReadInputTokens"),
      cacheWriteTokens: countIn(model, "cacheCreationInputTokens"),
      ...thoughtAndSaid(output, countIn(model, "thinkingTokens")),
    });
    costUsd += amountIn(model, "costUSD") ?? 0;
  }
  return { usage, costUsd: wholeNanos(costUsd) };
}

function wireUsage(usage: Fields): Usage {
  const thinking = countIn(fieldsIn(usage, "output_tokens_details"), "thinking_tokens");
  return {
    inputTokens: countIn(usage, "input_tokens"),
    cacheReadTokens: countIn(usage, "cache_read_input_tokens"),
    cacheWriteTokens: countIn(usage, "cache_creation_input_tokens"),
    ...thoughtAndSaid(countIn(usage, "output_tokens"), thinking),
  };
}

/** Thinking is part of the output that Claude counts. */
function thoughtAndSaid(
  output: number,
  thinking: number,
): Pick<Usage, "outputTokens" | "reasoningTokens"> {
  const reasoningTokens = Math.min(output, thinking);
  return { outputTokens: output - reasoningTokens, reasoningTokens };
}
