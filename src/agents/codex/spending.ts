import { NO_USAGE, type Usage } from "../../core/usage.ts";
import type { EarlierUse } from "../adapter.ts";
import { countIn, type Fields } from "../json-fields.ts";
import { usedSince, withoutOverlap } from "../token-counts.ts";

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
  return usedSince(withoutOverlap(wireUsage(total)), before ?? NO_USAGE);
}

function wireUsage(usage: Fields): Usage {
  return {
    inputTokens: countIn(usage, "input_tokens"),
    cacheReadTokens: countIn(usage, "cached_input_tokens"),
    cacheWriteTokens: countIn(usage, "cache_write_input_tokens"),
    outputTokens: countIn(usage, "output_tokens"),
    reasoningTokens: countIn(usage, "reasoning_output_tokens"),
  };
}
