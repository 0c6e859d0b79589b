import type { Usage } from "../../core/usage.ts";

/** `42s`, `3m12s`, `2h05m`: what a person wants to know of a duration. */
export function shortDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${twoDigits(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h${twoDigits(minutes % 60)}m`;
}

/** `$0.0142`, `~$0.0142` where it was reckoned from tokens; nothing when it is not known. */
export function money(costUsd: number | undefined, isEstimated = false): string {
  if (costUsd === undefined) return "";
  return `${isEstimated ? "~" : ""}$${costUsd.toFixed(costUsd < 1 ? 4 : 2)}`;
}

/** `1.2k in, 34 out`, where input counts everything that was read. */
export function tokens(usage: Usage): string {
  const read = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const written = usage.outputTokens + usage.reasoningTokens;
  return read + written === 0 ? "" : `${short(read)} in, ${short(written)} out`;
}

function short(count: number): string {
  if (count < 1000) return String(count);
  if (count < 1_000_000) return `${(count / 1000).toFixed(1)}k`;
  return `${(count / 1_000_000).toFixed(1)}M`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** `1 task`, `3 tasks`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
