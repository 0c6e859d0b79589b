import type { Price } from "../core/price.ts";

/** When these were the providers' list prices. */
export const PRICES_OF = "2025-11";

/** US dollars for a million tokens, by model; the lower price where the length of a prompt decides. */
const BUNDLED: ReadonlyMap<string, Price> = new Map([
  ["claude-opus-4-5", claude(5, 25)],
  ["claude-opus-4-1", claude(15, 75)],
  ["claude-opus-4", claude(15, 75)],
  ["claude-sonnet-4-5", claude(3, 15)],
  ["claude-sonnet-4", claude(3, 15)],
  ["claude-haiku-4-5", claude(1, 5)],
  ["claude-3-5-haiku", claude(0.8, 4)],
  ["gpt-5.1", { input: 1.25, cacheRead: 0.125, output: 10 }],
  ["gpt-5.1-codex", { input: 1.25, cacheRead: 0.125, output: 10 }],
  ["gpt-5.1-codex-mini", { input: 0.25, cacheRead: 0.025, output: 2 }],
  ["gpt-5", { input: 1.25, cacheRead: 0.125, output: 10 }],
  ["gpt-5-codex", { input: 1.25, cacheRead: 0.125, output: 10 }],
  ["gpt-5-mini", { input: 0.25, cacheRead: 0.025, output: 2 }],
  ["gpt-5-nano", { input: 0.05, cacheRead: 0.005, output: 0.4 }],
  ["gpt-5-pro", { input: 15, output: 120 }],
  ["gpt-4.1", { input: 2, cacheRead: 0.5, output: 8 }],
  ["gpt-4.1-mini", { input: 0.4, cacheRead: 0.1, output: 1.6 }],
  ["gpt-4o", { input: 2.5, cacheRead: 1.25, output: 10 }],
  ["o4-mini", { input: 1.1, cacheRead: 0.275, output: 4.4 }],
  ["gemini-3-pro-preview", { input: 2, cacheRead: 0.2, output: 12 }],
  ["gemini-2.5-pro", { input: 1.25, cacheRead: 0.125, output: 10 }],
  ["gemini-2.5-flash", { input: 0.3, cacheRead: 0.03, output: 2.5 }],
  ["gemini-2.5-flash-lite", { input: 0.1, cacheRead: 0.01, output: 0.4 }],
]);

/** Reading a cache costs a tenth of the input, writing one a quarter more. */
function claude(input: number, output: number): Price {
  return { input, cacheRead: input / 10, cacheWrite: input * 1.25, output };
}

/** The price of a model; one that is configured goes before the bundled one. */
export function priceOf(
  model: string,
  configured: Readonly<Record<string, Price>>,
): Price | undefined {
  return namesOf(model)
    .map((name) => (Object.hasOwn(configured, name) ? configured[name] : BUNDLED.get(name)))
    .find((price) => price !== undefined);
}

/** Its name, then without a provider before it, then without a date behind it. */
function namesOf(model: string): readonly string[] {
  const bare = model.slice(model.lastIndexOf("/") + 1);
  const undated = bare.replace(/[-@](\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, "");
  return [...new Set([model, bare, undated])];
}
