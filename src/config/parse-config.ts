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
import { OrchestraError } from "../core/errors.ts";
import { agentMistake, type Mistake } from "./agent-mistake.ts";
import type { Config } from "./config.ts";
import { knownKeys } from "./known-keys.ts";
import { describeMistake } from "./describe-mistake.ts";
import { resolveConfig } from "./resolve-config.ts";
import { configSchema, type ConfigFile } from "./schema.ts";

const CONFIG_BYTES_MAX = 1024 * 1024;
const ALIASES_MAX = 100;

/** A file that is being read, and where its lines begin. */
type Source = { readonly file: string; readonly lines: LineCounter; readonly document: Document };

/** The configuration in a file's bytes; the first mistake is named with its place. */
export function parseConfig(file: string, bytes: Uint8Array): Config {
  const source = sourceOf(file, textOf(file, bytes));
  const config = fileOf(source, valueOf(source));
  const mistake = agentMistake(config);
  if (mistake) throw mistaken(source, mistake);
  return resolveConfig(config);
}

function textOf(file: string, bytes: Uint8Array): string {
  if (bytes.length > CONFIG_BYTES_MAX) throw invalid(file, "it is larger than 1 MiB");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid(file, "it is not valid UTF-8; convert it", cause);
  }
}

function sourceOf(file: string, text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, stringKeys: true });
  const [broken] = [...document.errors, ...document.warnings];
  if (!broken) return { file, lines, document };
  throw invalid(`${file}:${placeOf(lines, broken.pos[0])}`, messageOf(broken), broken);
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

function valueOf(source: Source): unknown {
  const { file, lines, document } = source;
  try {
    return document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (cause) {
    const alias = firstAlias(document);
    const place = alias?.range ? `:${placeOf(lines, alias.range[0])}` : "";
    throw invalid(
      `${file}${place}`,
      "an alias that stands for nothing, or for too much; write out what it stands for",
      cause,
    );
  }
}

/** The first alias without an anchor, or else the first of all. */
function firstAlias(document: Document): Alias | undefined {
  const aliases: Alias[] = [];
  visit(document, { Alias: (_key, alias) => void aliases.push(alias) });
  return aliases.find((alias) => alias.resolve(document) === undefined) ?? aliases[0];
}

function fileOf(source: Source, value: unknown): ConfigFile {
  const parsed = configSchema.safeParse(value ?? {}, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (!issue) throw invalid(source.file, "it is not valid", parsed.error);
  const isUnknown = issue.code === "unrecognized_keys";
  throw mistaken(source, {
    path: isUnknown ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path,
    isKey: isUnknown || issue.code === "invalid_key",
    problem: describeMistake(issue, isUnknown ? knownKeys(issue.path) : []),
  });
}

function mistaken({ file, lines, document }: Source, mistake: Mistake): OrchestraError {
  const offset = offsetOf(document, mistake.path, mistake.isKey);
  const place = offset === undefined ? "" : `:${placeOf(lines, offset)}`;
  return invalid(`${file}${place}`, mistake.problem);
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

function placeOf(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
}

function invalid(where: string, problem: string, cause?: unknown): OrchestraError {
  const end = problem.endsWith("?") ? "" : ".";
  return new OrchestraError("INVALID_CONFIG", `${where}: ${problem}${end} Nothing was changed.`, {
    cause,
  });
}
