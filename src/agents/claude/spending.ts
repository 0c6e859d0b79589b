import { addUsage, NO_USAGE, type Usage } from "../../core/usage.ts";
import { asAmount, asObject, type JsonObject } from "../json-fields.ts";

/** What a result says of tokens and money spent since the result before, in this process. */
export type Spending = { readonly usage: Usage; readonly costUsd: number | undefined };

/**
 * Claude's totals grow over the whole session, over `--resume` in a new process too. What is new is
 * in `model_usage_since_last_result`; older builds only tell this process's tokens.
 */
export function spendingOf(result: JsonObject): Spending {
  const delta = asObject(result["model_usage_since_last_result"]);
  if (delta) return { usage: modelsUsage(delta), costUsd: modelsCost(delta) };

  const usage = messageUsage(asObject(result["usage"]));
  const all = modelsUsage(asObject(result["modelUsage"]) ?? {});
  const isResumed = all.inputTokens > usage.inputTokens || all.outputTokens > usage.outputTokens;
  return { usage, costUsd: isResumed ? undefined : asAmount(result["total_cost_usd"]) };
}

/** The tokens of one message; its output count is what was known when it began. */
export function messageUsage(usage: JsonObject | undefined): Usage {
  return {
    inputTokens: asAmount(usage?.["input_tokens"]),
    cacheReadTokens: asAmount(usage?.["cache_read_input_tokens"]),
    cacheWriteTokens: asAmount(usage?.["cache_creation_input_tokens"]),
    outputTokens: asAmount(usage?.["output_tokens"]),
    reasoningTokens: 0,
  };
}

function modelsUsage(models: JsonObject): Usage {
  return Object.values(models)
    .map((model) => asObject(model))
    .reduce<Usage>(
      (sum, model) =>
        addUsage(sum, {
          inputTokens: asAmount(model?.["inputTokens"]),
          cacheReadTokens: asAmount(model?.["cacheReadInputTokens"]),
          cacheWriteTokens: asAmount(model?.["cacheCreationInputTokens"]),
          outputTokens: asAmount(model?.["outputTokens"]) - asAmount(model?.["thinkingTokens"]),
          reasoningTokens: asAmount(model?.["thinkingTokens"]),
        }),
      NO_USAGE,
    );
}

function modelsCost(models: JsonObject): number {
  const costs = Object.values(models).map((model) => asAmount(asObject(model)?.["costUSD"]));
  return costs.reduce((sum, cost) => sum + cost, 0);
}
