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
const NANOS = 1e9;

/** What the tokens cost at a price; thoughts are output to those who sell them. */
export function costOf(usage: Usage, price: Price): number {
  const { input, output, cacheRead = input, cacheWrite = input } = price;
  const told =
    usage.inputTokens * input +
    usage.cacheReadTokens * cacheRead +
    usage.cacheWriteTokens * cacheWrite +
    (usage.outputTokens + usage.reasoningTokens) * output;
  return wholeNanos(told / MILLION);
}

/** To a thousandth of a millionth of a dollar: without the binary dust of sums such as 0.1 + 0.2. */
export function wholeNanos(costUsd: number): number {
  return Math.round(costUsd * NANOS) / NANOS;
}
