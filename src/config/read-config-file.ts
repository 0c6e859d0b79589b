import {
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Alias,
  type Document,
  type YAMLError,
} from "yaml";
import { agentMistake, type Mistake } from "./agent-mistake.ts";
import { describeMistake } from "./describe-mistake.ts";
import { knownKeys } from "./known-keys.ts";
import { configSchema, type ConfigFile } from "./schema.ts";

const CONFIG_BYTES_MAX = 1024 * 1024;
const ALIASES_MAX = 100;

/** What is wrong with a file, and where, as far as it is anywhere. */
export type PlacedMistake = {
  readonly line?: number;
  readonly column?: number;
  readonly problem: string;
  readonly cause?: unknown;
};

/** A file as it was read: what it says, and where it says what. */
export type ReadConfig = {
  readonly config: ConfigFile;
  /** The same without what is filled in. */
  readonly value: unknown;
  /** The line of what `path` names; of what is not there, of what it would stand in. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined;
};

export type Reading =
  | { readonly kind: "valid"; readonly read: ReadConfig }
  | { readonly kind: "mistaken"; readonly mistakes: readonly [PlacedMistake, ...PlacedMistake[]] };

type Source = { readonly lines: LineCounter; readonly document: Document };

/** Reads a file's bytes, with agents that are configured elsewhere; every mistake is named, those of its form before those of its meaning. */
export function readConfigFile(bytes: Uint8Array, otherAgents: readonly string[] = []): Reading {
  const text = textOf(bytes);
  if (typeof text !== "string") return mistaken(text);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, stringKeys: true });
  const source = { lines, document };
  const broken = [...document.errors, ...document.warnings].map((error) => ({
    ...placeOf(source, error.pos[0]),
    problem: messageOf(error),
    cause: error,
  }));
  if (broken.length > 0) return mistaken(...broken);
  const value = valueOf(source);
  return value.kind === "value"
    ? readValue(source, value.value, otherAgents)
    : mistaken(value.mistake);
}

function mistaken(...mistakes: readonly PlacedMistake[]): Reading {
  const [first = { problem: "it is not valid" }, ...others] = mistakes.toSorted(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  return { kind: "mistaken", mistakes: [first, ...others] };
}

function textOf(bytes: Uint8Array): string | PlacedMistake {
  if (bytes.length > CONFIG_BYTES_MAX) return { problem: "it is larger than 1 MiB" };
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    return { problem: "it is not valid UTF-8; convert it", cause };
  }
}

/** What the parser says in a way that helps nobody who writes a file. */
const PLAIN_MESSAGES: Partial<Record<YAMLError["code"], string>> = {
  MULTIPLE_DOCS: "a second document begins here; keep one",
  RESOURCE_EXHAUSTION: "it is nested too deeply",
  NON_STRING_KEY: "a key that is not text",
  DUPLICATE_KEY: "a key that was there before; keep one of them",
};

function messageOf(error: YAMLError): string {
  // The first line; the rest draws the place, which is told already.
  return PLAIN_MESSAGES[error.code] ?? error.message.split(/ at line \d+|\n/)[0] ?? "";
}

type Value =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "mistake"; readonly mistake: PlacedMistake };

function valueOf(source: Source): Value {
  const { document } = source;
  try {
    return { kind: "value", value: document.toJS({ maxAliasCount: ALIASES_MAX }) };
  } catch (cause) {
    const alias = firstAlias(document);
    const problem =
      "an alias that stands for nothing, or for too much; write out what it stands for";
    const place = alias?.range ? placeOf(source, alias.range[0]) : {};
    return { kind: "mistake", mistake: { ...place, problem, cause } };
  }
}

/** The first alias without an anchor, or else the first of all. */
function firstAlias(document: Document): Alias | undefined {
  const aliases: Alias[] = [];
  visit(document, { Alias: (_key, alias) => void aliases.push(alias) });
  return aliases.find((alias) => alias.resolve(document) === undefined) ?? aliases[0];
}

function readValue(source: Source, value: unknown, otherAgents: readonly string[]): Reading {
  const parsed = configSchema.safeParse(value ?? {}, { reportInput: true });
  if (!parsed.success) {
    const mistakes = parsed.error.issues.flatMap(mistakesOf);
    return mistaken(...mistakes.map((mistake) => placed(source, mistake)));
  }
  const mistake = agentMistake(parsed.data, otherAgents);
  if (mistake) return mistaken(placed(source, mistake));
  const lineOf = (path: readonly PropertyKey[]): number | undefined => {
    const offset = offsetOf(source.document, path, false);
    return offset === undefined ? undefined : placeOf(source, offset).line;
  };
  return { kind: "valid", read: { config: parsed.data, value: value ?? {}, lineOf } };
}

type Issue = Parameters<typeof describeMistake>[0];

function mistakesOf(issue: Issue): Mistake[] {
  if (issue.code !== "unrecognized_keys") {
    const isKey = issue.code === "invalid_key";
    return [{ path: issue.path, isKey, problem: describeMistake(issue, []) }];
  }
  const known = knownKeys(issue.path);
  return issue.keys.map((key) => ({
    path: [...issue.path, key],
    isKey: true,
    problem: describeMistake({ ...issue, keys: [key] }, known),
  }));
}

function placed(source: Source, { path, isKey, problem }: Mistake): PlacedMistake {
  const offset = offsetOf(source.document, path, isKey);
  return { ...(offset === undefined ? {} : placeOf(source, offset)), problem };
}

/** Where what `path` names begins; of what is not there, where it would stand. */
function offsetOf(
  document: Document,
  path: readonly PropertyKey[],
  isKey: boolean,
): number | undefined {
  const node = isKey ? keyAt(document, path) : document.getIn(path, true);
  if (isNode(node) && node.range) return node.range[0];
  return path.length === 0 ? undefined : offsetOf(document, path.slice(0, -1), false);
}

function keyAt(document: Document, path: readonly PropertyKey[]): unknown {
  const parent = document.getIn(path.slice(0, -1), true);
  const keys = isMap(parent) ? parent.items.map((item) => item.key) : [];
  return keys.find((key) => isScalar(key) && key.value === path.at(-1));
}

function placeOf(
  { lines }: Source,
  offset: number,
): { readonly line: number; readonly column: number } {
  const { line, col: column } = lines.linePos(offset);
  return { line, column };
}
