import { isDeepStrictEqual } from "node:util";
import {
  Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  parseDocument,
  parse,
  type ParsedNode,
} from "yaml";

type Path = readonly string[];

/**
 * The text with the value at `path`, or `undefined` where there is no place for it. As little as can
 * be is written anew: the value alone, or a line for a key that was not there; only where neither
 * says what is meant, the whole, which keeps comments and loses their alignment.
 */
export function editConfig(text: string, path: Path, value: unknown): string | undefined {
  const edited = editedDocument(text, path, value);
  if (!edited) return undefined;
  const expected: unknown = edited.toJS();
  const written = [
    () => withValueReplaced(text, path, value),
    () => withKeyInserted(text, path, value),
  ];
  const small = written
    .map((write) => write())
    .find((one) => one !== undefined && isDeepStrictEqual(valueIn(one), expected));
  return withLineEndsOf(text, small ?? edited.toString({ lineWidth: 0 }));
}

/**
 * The text without the key at `path`, and without what held nothing but it; `undefined` where there is
 * no such key. Only its own lines go, where they are its alone.
 */
export function removeFromConfig(text: string, path: Path): string | undefined {
  const document = parseDocument(text);
  if (path.length === 0 || !document.hasIn(path)) return undefined;
  const parent = path.slice(0, -1);
  document.deleteIn(path);
  const holder: unknown = document.getIn(parent, true);
  if (parent.length > 0 && isMap(holder) && holder.items.length === 0) {
    return removeFromConfig(text, parent);
  }
  const expected: unknown = document.toJS();
  const small = withLinesRemoved(text, path);
  const isSmall = small !== undefined && isDeepStrictEqual(valueIn(small) ?? {}, expected);
  return withLineEndsOf(text, isSmall ? small : document.toString({ lineWidth: 0 }));
}

function withLinesRemoved(text: string, path: Path): string | undefined {
  const parent: unknown = parseDocument(text).getIn(path.slice(0, -1), true);
  if (!isMap<ParsedNode, ParsedNode | null>(parent) || parent.flow === true) return undefined;
  const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === path.at(-1));
  if (!pair) return undefined;
  const start = text.lastIndexOf("\n", pair.key.range[0] - 1) + 1;
  const valueEnd = (pair.value ?? pair.key).range[1];
  const lineEnd = text.indexOf("\n", Math.max(0, valueEnd - 1));
  return text.slice(0, start) + (lineEnd === -1 ? "" : text.slice(lineEnd + 1));
}

/** What the value at `path` is now; `undefined` when there is none. */
export function valueAt(text: string, path: Path): unknown {
  const node: unknown = parseDocument(text).getIn(path, true);
  return isNode(node) ? node.toJS(parseDocument(text)) : undefined;
}

function editedDocument(text: string, path: Path, value: unknown): Document | undefined {
  const document = parseDocument(text);
  try {
    for (const [index] of path.entries()) makeMapOfNothing(document, path.slice(0, index));
    document.setIn(path, value);
    return document;
  } catch {
    // It would stand in a text or a number, or behind an alias.
    return undefined;
  }
}

/** A key with nothing under it stands for a map that is empty; what is said of it stays. */
function makeMapOfNothing(document: Document, path: Path): void {
  const nothing: unknown = path.length === 0 ? undefined : document.getIn(path, true);
  if (!isScalar(nothing) || nothing.value !== null) return;
  const map = document.createNode({});
  map.commentBefore = nothing.comment ?? nothing.commentBefore ?? null;
  document.setIn(path, map);
}

function valueIn(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** The same text but for the value itself, where it stands on one line. */
function withValueReplaced(text: string, path: Path, value: unknown): string | undefined {
  const node: unknown = parseDocument(text).getIn(path, true);
  if (!isNode(node) || isAlias(node) || !node.range || node.anchor !== undefined) return undefined;
  const [start, end] = node.range;
  if (text.slice(start, end).includes("\n") || (isScalar(node) && node.value === null))
    return undefined;
  return text.slice(0, start) + inlineText(value) + text.slice(end);
}

/** The same text and a key more, below the last one of what it belongs to. */
function withKeyInserted(text: string, path: Path, value: unknown): string | undefined {
  const document = parseDocument(text);
  const depth = path.findLastIndex((_key, index) =>
    isMap(document.getIn(path.slice(0, index), true)),
  );
  if (depth === -1) return document.contents === null ? appended(text, path, value) : undefined;
  const parent: unknown = document.getIn(path.slice(0, depth), true);
  if (!isMap<ParsedNode, ParsedNode | null>(parent)) return undefined;
  const last = parent.items.at(-1);
  const keyStart = last?.key.range[0];
  if (parent.flow === true || keyStart === undefined) return undefined;
  const end = (last?.value ?? last?.key)?.range[1] ?? 0;
  const lineEnd = text.indexOf("\n", Math.max(0, end - 1));
  const at = lineEnd === -1 ? text.length : lineEnd + 1;
  const indent = " ".repeat(keyStart - (text.lastIndexOf("\n", keyStart - 1) + 1));
  const lines = blockText(path.slice(depth), value).replace(/^(?=.)/gm, indent);
  return `${text.slice(0, at)}${lineEnd === -1 ? "\n" : ""}${lines}${text.slice(at)}`;
}

/** To a file that has nothing, or nothing but comments. */
function appended(text: string, path: Path, value: unknown): string {
  const gap = text === "" || text.endsWith("\n") ? "" : "\n";
  return `${text}${gap}${blockText(path, value)}`;
}

/** Keys below each other, and the value below them. */
function blockText(path: Path, value: unknown): string {
  const nested = path.toReversed().reduce<unknown>((inner, key) => ({ [key]: inner }), value);
  return new Document(nested).toString({ lineWidth: 0 });
}

/** The value on one line, as it may stand anywhere. */
function inlineText(value: unknown): string {
  const plain = typeof value === "string" && /^[\w./][\w./ -]*$/.test(value) ? value : undefined;
  const isPlain = plain !== undefined && !plain.endsWith(" ") && valueIn(plain) === value;
  return isPlain ? plain : JSON.stringify(value);
}

function withLineEndsOf(text: string, edited: string): string {
  return text.includes("\r\n") ? edited.replace(/\r?\n/g, "\r\n") : edited;
}
