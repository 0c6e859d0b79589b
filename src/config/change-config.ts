import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { editConfig, removeFromConfig, valueAt } from "./edit-config.ts";
import { readConfigFile, type PlacedMistake } from "./read-config-file.ts";

/** What would come of setting a key. */
export type ConfigChange =
  | {
      readonly kind: "changed" | "unchanged";
      readonly text: string;
      readonly before: unknown;
      readonly after: unknown;
    }
  /** The file has this mistake already, and setting the key leaves it there. */
  | { readonly kind: "mistaken"; readonly mistake: PlacedMistake }
  /** What was typed is wrong. */
  | { readonly kind: "refused"; readonly problem: string };

/**
 * The file's text with a key set to what was typed: YAML where that is what the key takes, else the
 * text as it is. The file may name agents that are configured elsewhere. Nothing comes of it unless the whole file is then valid.
 */
export function changeConfig(
  text: string,
  key: string,
  typed: string,
  otherAgents: readonly string[] = [],
): ConfigChange {
  const path = key.split(".");
  if (path.includes("")) {
    return { kind: "refused", problem: `${key}: expected a key such as limits.parallel` };
  }
  const already = mistakesIn(text, otherAgents);
  const wanted = { path, already, otherAgents };
  const changes = meaningsOf(typed).map((value) => changeTo(text, { ...wanted, value }));
  const good = changes.find(({ kind }) => kind === "changed" || kind === "unchanged");
  return good ?? changes[0] ?? { kind: "refused", problem: `${key}: expected a value` };
}

/** The same for taking a key out, so that its default holds. */
export function unsetConfig(
  text: string,
  key: string,
  otherAgents: readonly string[] = [],
): ConfigChange {
  const path = key.split(".");
  const [first] = mistakesIn(text, otherAgents);
  if (first?.cause !== undefined) return { kind: "mistaken", mistake: first };
  const before = path.includes("") ? undefined : valueAt(text, path);
  const edited = path.includes("") ? undefined : removeFromConfig(text, path);
  if (edited === undefined) return { kind: "unchanged", text, before, after: undefined };
  const [left] = mistakesIn(edited, otherAgents);
  if (left && first) return { kind: "mistaken", mistake: left };
  if (left) return { kind: "refused", problem: left.problem };
  return { kind: "changed", text: edited, before, after: undefined };
}

function mistakesIn(text: string, otherAgents: readonly string[]): readonly PlacedMistake[] {
  const reading = readConfigFile(new TextEncoder().encode(text), otherAgents);
  return reading.kind === "valid" ? [] : reading.mistakes;
}

/** `4` is a number and `[a, b]` a list, where the key takes one; what is quoted is text. */
function meaningsOf(typed: string): unknown[] {
  try {
    const value: unknown = parse(typed);
    const isQuoted = /^\s*["']/.test(typed);
    if (value === null || (typeof value === "string" && !isQuoted)) return [typed];
    return typeof value === "string" ? [value] : [value, typed];
  } catch {
    return [typed];
  }
}

function changeTo(
  text: string,
  wanted: {
    readonly path: readonly string[];
    readonly value: unknown;
    readonly already: readonly PlacedMistake[];
    readonly otherAgents: readonly string[];
  },
): ConfigChange {
  const { path, value, already } = wanted;
  const known = new Set(already.map(({ problem }) => problem));
  // What cannot be read cannot be edited.
  const [first] = already;
  if (first?.cause !== undefined) return { kind: "mistaken", mistake: first };
  const edited = editConfig(text, path, value);
  if (edited === undefined) {
    return { kind: "refused", problem: `${path.join(".")}: there is no place for it in the file` };
  }
  const mistakes = mistakesIn(edited, wanted.otherAgents);
  const fresh = mistakes.find(({ problem }) => !known.has(problem));
  if (fresh) return { kind: "refused", problem: fresh.problem };
  const [left] = mistakes;
  if (left) return { kind: "mistaken", mistake: left };
  const before = valueAt(text, path);
  const kind = isDeepStrictEqual(before, value) ? "unchanged" : "changed";
  return { kind, text: kind === "unchanged" ? text : edited, before, after: value };
}
