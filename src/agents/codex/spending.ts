import { NO_USAGE, type Usage } from "../../core/usage.ts";
import type { EarlierUse } from "../adapter.ts";
import { countIn, type Fields } from "../json-fields.ts";

/**
 * What this process has used, where Codex tells the total of the thread: that of earlier processes
 * which worked in it is taken off.
 */
export function usageOfTurn(
  total: Fields,
  threadId: string | undefined,
  earlier: EarlierUse | undefined,
): Usage {
  // A thread that could not be found is begun anew, with nothing used.
  const before = earlier?.sessionId === threadId ? earlier?.usage : undefined;
  return less(wireUsage(total), before ?? NO_USAGE);
}

/** Cached tokens are a part of the input that Codex counts, and thoughts of the output. */
function wireUsage(usage: Fields): Usage {
  const input = countIn(usage, "input_tokens");
  const cacheReadTokens = Math.min(input, countIn(usage, "cached_input_tokens"));
  const uncached = input - cacheReadTokens;
  const cacheWriteTokens = Math.min(uncached, countIn(usage, "cache_write_input_tokens"));
  const output = countIn(usage, "output_tokens");
  const reasoningTokens = Math.min(output, countIn(usage, "reasoning_output_tokens"));
  return {
    inputTokens: uncached - cacheWriteTokens,
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens: output - reasoningTokens,
    reasoningTokens,
  };
}

function less(total: Usage, before: Usage): Usage {
  const rest = (count: keyof Usage): number => Math.max(0, total[count] - before[count]);
  return {
    inputTokens: rest("inputTokens"),
    cacheReadTokens: rest("cacheReadTokens"),
    cacheWriteTokens: rest("cacheWriteTokens"),
    outputTokens: rest("outputTokens"),
    reasoningTokens: rest("reasoningTokens"),
  };
}
