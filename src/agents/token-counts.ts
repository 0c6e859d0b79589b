import type { Usage } from "../core/usage.ts";

/**
 * Counts that do not overlap, from those of a CLI that counts cached tokens as a part of the input,
 * and thoughts as a part of the output.
 */
export function withoutOverlap(told: Usage): Usage {
  const cacheReadTokens = Math.min(told.inputTokens, told.cacheReadTokens);
  const uncached = told.inputTokens - cacheReadTokens;
  const cacheWriteTokens = Math.min(uncached, told.cacheWriteTokens);
  const reasoningTokens = Math.min(told.outputTokens, told.reasoningTokens);
  return {
    inputTokens: uncached - cacheWriteTokens,
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens: told.outputTokens - reasoningTokens,
    reasoningTokens,
  };
}

/** What is left of a session's total without what was used in it before. */
export function usedSince(total: Usage, before: Usage): Usage {
  const rest = (count: keyof Usage): number => Math.max(0, total[count] - before[count]);
  return {
    inputTokens: rest("inputTokens"),
    cacheReadTokens: rest("cacheReadTokens"),
    cacheWriteTokens: rest("cacheWriteTokens"),
    outputTokens: rest("outputTokens"),
    reasoningTokens: rest("reasoningTokens"),
  };
}
