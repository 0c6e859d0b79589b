import type { Usage } from "./usage.ts";

/** US dollars for a million tokens. */
export type Price = {
  readonly input: number;
  readonly output: number;
  /** As the input where a provider has no price of its own for it. */
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
};

const MILLION = 1_000_000;
/** A thousandth of a millionth of a dollar. */
const PRECISION = 1e9;

/** What the tokens cost at a price; thoughts are output to those who sell them. */
export function costOf(usage: Usage, price: Price): number {
  const { input, output, cacheRead = input, cacheWrite = input } = price;
  const told =
    usage.inputTokens * input +
    usage.cacheReadTokens * cacheRead +
    usage.cacheWriteTokens * cacheWrite +
    (usage.outputTokens + usage.reasoningTokens) * output;
  return Math.round((told / MILLION) * PRECISION) / PRECISION;
}
