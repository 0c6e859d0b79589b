import type { LineMapping } from "../../config/output-schema.ts";
import { wholeNanos } from "../../core/price.ts";
import { addUsage, NO_USAGE, type Usage } from "../../core/usage.ts";
import type { EarlierUse } from "../adapter.ts";
import type { Fields } from "../json-fields.ts";
import { usedSince, withoutOverlap } from "../token-counts.ts";
import { amountAt, countAt, textAt } from "./field-path.ts";

type UsageMapping = NonNullable<LineMapping["usage"]>;
type CostMapping = NonNullable<LineMapping["cost"]>;

/** Of how many ids it is known what they have told; an agent has as many calls of its model. */
const COUNTED_MAX = 10_000;

/** What was told by the ids of those who told it. */
export type Counted<Amount> = Map<string, Amount>;

/** Which session is at work, and what was used in it before. */
type Told = {
  readonly sessionId: string | undefined;
  readonly earlier: EarlierUse | undefined;
};

/** Whether a line tells of tokens at all: one that does not is no total of none. */
export function tellsTokens(line: Fields, mapping: UsageMapping): boolean {
  const { input, cache_read, cache_write, output, reasoning } = mapping;
  const paths = [input, cache_read, cache_write, output, reasoning];
  return paths.some((path) => amountAt(line, path) !== undefined);
}

/** What all lines of usage so far add up to. */
export function countUsage(
  sum: Usage,
  line: Fields,
  mapping: UsageMapping,
  told: Told & { readonly counted: Counted<Usage> },
): Usage {
  const usage = usageOf(line, mapping);
  switch (mapping.counts) {
    case "run":
      return usage;
    case "session":
      return usedSince(usage, before(told)?.usage ?? NO_USAGE);
    case "each": {
      const same = replace(told.counted, textAt(line, mapping.id), usage);
      return addUsage(same ? usedSince(sum, same) : sum, usage);
    }
  }
}

/** What all lines of cost so far add up to. */
export function countCost(
  sum: number | undefined,
  line: Fields,
  mapping: CostMapping,
  told: Told & { readonly counted: Counted<number> },
): number | undefined {
  const costUsd = amountAt(line, mapping.usd);
  if (costUsd === undefined) return sum;
  switch (mapping.counts) {
    case "run":
      return costUsd;
    case "session":
      return difference(costUsd, before(told)?.costUsd ?? 0);
    case "each": {
      const same = replace(told.counted, textAt(line, mapping.id), costUsd) ?? 0;
      return difference((sum ?? 0) + costUsd, same);
    }
  }
}

/** What earlier processes used in the same session; a CLI that names none goes on with the one it was given. */
function before({ sessionId, earlier }: Told): EarlierUse | undefined {
  return sessionId === undefined || sessionId === earlier?.sessionId ? earlier : undefined;
}

function usageOf(line: Fields, mapping: UsageMapping): Usage {
  const told = {
    inputTokens: countAt(line, mapping.input),
    cacheReadTokens: countAt(line, mapping.cache_read),
    cacheWriteTokens: countAt(line, mapping.cache_write),
    outputTokens: countAt(line, mapping.output),
    reasoningTokens: countAt(line, mapping.reasoning),
  };
  const apart = withoutOverlap(told);
  const { inputTokens, cacheReadTokens, cacheWriteTokens } = mapping.input_includes_cache
    ? apart
    : told;
  const { outputTokens, reasoningTokens } = mapping.output_includes_reasoning ? apart : told;
  return { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens };
}

/** What the same id told before, which is not to be counted again; a line without an id is new. */
function replace<Amount>(
  counted: Counted<Amount>,
  id: string | undefined,
  amount: Amount,
): Amount | undefined {
  if (id === undefined) return undefined;
  const before = counted.get(id);
  counted.delete(id);
  counted.set(id, amount);
  const [oldest] = counted.keys();
  if (counted.size > COUNTED_MAX && oldest !== undefined) counted.delete(oldest);
  return before;
}

function difference(a: number, b: number): number {
  return Math.max(0, wholeNanos(a - b));
}
