import { mistakeAt, type Found, type SourceTask } from "../source-task.ts";
import { meaningOf, readEntry } from "./read-entry.ts";

/** Code begins; where the marks are followed by such marks again, it ends on the same line. */
const FENCE = /^\s*(?:(`{3,})[^`]*|(~{3,}).*)$/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const ITEM = /^(?:[-*+]|\d+[.)])\s+\[(.{0,2}?)\]\s+(.*)$/u;
/** `T012 …`, `ABC-12: …`, `Phase 1.1: …`: also headings that begin so are tasks. */
const TASK_NAMES = [
  /^(T\d+)[.:)]?\s+(.+)$/,
  /^([A-Z]{1,10}-\d+)[.:)]?\s+(.+)$/,
  /^(?:Task|Phase|Step|Issue)\s+([\w.-]+?)\s*[.:)–—-]\s+(.+)$/i,
];
/** `2.1 …`, `3. …`, `#12 …`: headings are often numbered, so only items are named by that. */
const NUMBERS = [/^#?(\d+(?:\.\d+)+)[.:)]?\s+(.+)$/, /^#?(\d+)[.:)]\s+(.+)$/, /^#(\d+)\s+(.+)$/];
const FIELD =
  /^\s*(?:[-*+]\s+)?[*_]{0,2}([A-Za-z][A-Za-z -]{1,24}?)(?::[*_]{0,2}|[*_]{0,2}:)\s+(.+)$/;
const MARKS: ReadonlyMap<string, string> = new Map([
  ["", "open"],
  [" ", "open"],
  ["/", "open"],
  ["!", "open"],
  ["🔄", "open"],
  ["x", "done"],
  ["X", "done"],
  ["✅", "done"],
  ["-", "cancelled"],
  ["~", "cancelled"],
]);

/** A task's own line, and those under it. */
type Block = {
  readonly line: number;
  /** Of a heading; an item of a list has none. */
  readonly level: number | undefined;
  readonly mark: string | undefined;
  readonly text: string;
  readonly body: Line[];
};

type Line = { readonly text: string; readonly isCode: boolean };

/**
 * Tasks in a Markdown file: items of lists with a box to tick, and headings with a box or an id. What
 * is under them is what they say; lines such as `After: 1, 2` say how they are to be worked.
 */
export function readMarkdown(source: string, text: string): Found {
  const blocks = blocksOf(text);
  if (blocks.length === 0) {
    throw mistakeAt({ source }, "holds no tasks: expected lines such as `- [ ] Fix the login`");
  }
  return { tasks: blocks.map((block) => taskOf(source, block)), unknownKeys: [] };
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let current: Block | undefined;
  let fence: string | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const before = fence;
    fence = fenceAfter(line, before);
    const isCode = (before ?? fence) !== undefined;
    const started: Block | undefined = isCode ? undefined : startedBy(line, index + 1, current);
    if (started) {
      current = started;
      blocks.push(started);
    } else if (current && (isCode || isUnder(current, line))) {
      current.body.push({ text: line, isCode });
    } else {
      current = undefined;
    }
  }
  return blocks;
}

/** The marks that the code around the next line began with; as many of them, alone, end it. */
function fenceAfter(line: string, fence: string | undefined): string | undefined {
  if (fence === undefined) {
    const [, ticks, tildes] = FENCE.exec(line) ?? [];
    return ticks ?? tildes;
  }
  const marks = line.trim();
  const isEnd = marks.startsWith(fence) && marks === fence.charAt(0).repeat(marks.length);
  return isEnd ? undefined : fence;
}

function startedBy(line: string, number: number, current: Block | undefined): Block | undefined {
  const [, hashes = "", heading = ""] = HEADING.exec(line) ?? [];
  if (hashes !== "") {
    const [, mark, text = heading] = /^\[(.{0,2}?)\]\s+(.*)$/u.exec(heading) ?? [];
    const isTask = mark !== undefined || named(heading, TASK_NAMES) !== undefined;
    return isTask ? { line: number, level: hashes.length, mark, text, body: [] } : undefined;
  }
  const [, mark, text = ""] = ITEM.exec(line) ?? [];
  // Under a heading that is a task, a list says what there is to do about that task.
  if (mark === undefined || current?.level !== undefined) return undefined;
  return { line: number, level: undefined, mark, text, body: [] };
}

function isUnder({ level }: Block, line: string): boolean {
  const [, hashes] = HEADING.exec(line) ?? [];
  if (level !== undefined) return hashes === undefined || hashes.length > level;
  return hashes === undefined && (line.trim() === "" || /^\s/.test(line));
}

function taskOf(source: string, { line, mark, text, body }: Block): SourceTask {
  const place = { source, line: () => line };
  const status = mark === undefined ? undefined : MARKS.get(mark);
  if (mark !== undefined && status === undefined) {
    throw mistakeAt(place, `[${mark}] is no mark that is known here: [ ], [x] and [-] are`);
  }
  const { id, title } = named(text, [...TASK_NAMES, ...NUMBERS]) ?? { title: unmarked(text) };
  const { fields, rest } = fieldsIn(body);
  const entry = { id, title, description: rest, status, ...fields };
  return readEntry(entry, place, () => undefined);
}

/** The id that a task's line begins with, and its title. */
function named(
  text: string,
  patterns: readonly RegExp[],
): { readonly id?: string; readonly title: string } | undefined {
  for (const pattern of patterns) {
    const [, id, title] = pattern.exec(unmarked(text)) ?? [];
    if (id !== undefined && title !== undefined) return { id, title: unmarked(title) };
  }
  return undefined;
}

/** Without emphasis, tags such as `[P]`, and signs of a status. */
function unmarked(text: string): string {
  return text
    .replace(/^(\*\*|__|`)(.+?)\1/, "$2")
    .replace(/^(?:\[[^\]]*\]\s+)+/, "")
    .replace(/\s*(?:✅|🔄|⚪|🔴)\s*$/u, "");
}

type Fields = Record<string, unknown>;

/** Lines of the body that say how the task is to be worked, and all others: what is in code is code. */
function fieldsIn(body: readonly Line[]): { readonly fields: Fields; readonly rest: string } {
  const fields: Fields = {};
  const rest: string[] = [];
  for (const { text: line, isCode } of body) {
    const [, name = "", value = ""] = (isCode ? undefined : FIELD.exec(line)) ?? [];
    const key = meaningOf(name);
    const read = key === undefined ? undefined : READERS[key];
    if (key === undefined || read === undefined) rest.push(line);
    else fields[key] = read(value.trim(), fields[key]);
  }
  return { fields, rest: dedented(rest) };
}

const listed = (value: string, before: unknown): unknown => [
  ...(Array.isArray(before) ? before : []),
  value,
];

const READERS: Readonly<Record<string, (value: string, before: unknown) => unknown>> = {
  id: (value) => value.replace(/[`#]/g, ""),
  status: (value) => value,
  dependsOn: (value) => (/^(none|nothing|-|n\/a)$/i.test(value) ? [] : idsIn(value)),
  priority: (value) => (/^-?\d+$/.test(value) ? Number(value) : value),
  agent: (value) => value.split(",").map((one) => one.trim()),
  criteria: listed,
  checks: (value, before) => listed(value.replace(/^`(.*)`$/, "$1"), before),
  timeout: (value) => value,
  maxRetries: Number,
  target: (value) => value.replaceAll("`", ""),
};

/** `1, 2`, `Phase 1.1 ✅; Phase 2.1`, `T001 and T002`, `#12`. */
function idsIn(value: string): string[] {
  return value.split(/[,;]|\band\b/).flatMap((part) => {
    const bare = part.replace(/[`*#]|^\s*(?:Task|Phase|Step|Issue)\s+/gi, "");
    const [id] = /[\w.-]+/.exec(bare) ?? [];
    return id === undefined ? [] : [id];
  });
}

function dedented(lines: readonly string[]): string {
  const indents = lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  const indent = Math.min(...indents);
  return lines
    .map((line) => line.slice(Number.isFinite(indent) ? indent : 0))
    .join("\n")
    .trim();
}
