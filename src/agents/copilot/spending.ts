import { addUsage, NO_USAGE, type Usage } from "../../core/usage.ts";
import type { EarlierUse } from "../adapter.ts";
import { asFields, countIn, fieldsIn, fieldsOf, type Fields } from "../json-fields.ts";
import { usedSince, withoutOverlap } from "../token-counts.ts";

/**
 * What this process has used, by the file of `--usage-output-file`. It tells the total of the
 * session, of all its models and subagents: that of earlier processes which worked in it is taken off.
 */
export function readUsageFile(text: string, earlier?: EarlierUse): Usage | undefined {
  const models = asFields(fieldsOf(text)?.["modelMetrics"]);
  if (!models) return undefined;
  const total = Object.keys(models)
    .map((model) => wireUsage(fieldsIn(fieldsIn(models, model), "usage")))
    .reduce(addUsage, NO_USAGE);
  if (!Object.values(total).every(Number.isSafeInteger)) return undefined;
  return usedSince(withoutOverlap(total), earlier?.usage ?? NO_USAGE);
}

function wireUsage(usage: Fields): Usage {
  return {
    inputTokens: countIn(usage, "inputTokens"),
    cacheReadTokens: countIn(usage, "cacheReadTokens"),
    cacheWriteTokens: countIn(usage, "cacheWriteTokens"),
    outputTokens: countIn(usage, "outputTokens"),
    reasoningTokens: countIn(usage, "reasoningTokens"),
  };
}
