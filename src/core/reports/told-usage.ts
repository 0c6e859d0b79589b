import { totalOf, type Usage } from "../usage.ts";

/** The tokens of an attempt; `undefined` when its agent has told none, which is not the same as zero. */
export function toldUsage(usage: Usage): Usage | undefined {
  return totalOf(usage) > 0 ? usage : undefined;
}
