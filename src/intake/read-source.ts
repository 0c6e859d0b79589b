import { readFileSync, statSync } from "node:fs";
import { extname } from "node:path";
import { whyUnreadable } from "../core/errno.ts";
import { isSpecial, SPECIAL } from "../store/transfer/special-file.ts";
import { beadsFileIn } from "./detect-source.ts";
import { readBeads } from "./formats/beads.ts";
import { readJsonLines } from "./formats/json-lines.ts";
import { readMarkdown } from "./formats/markdown.ts";
import { readStructured } from "./formats/structured.ts";
import { mistakeAt, type Found } from "./source-task.ts";

const FILE_BYTES_MAX = 16 * 1024 ** 2;
const TASKS_MAX = 10_000;

/** The tasks in a file, by its extension. `source` is how a person named it. */
export function readTasks(source: string, path: string): Found {
  return bounded(source, parse(source, extname(path).toLowerCase(), readText(source, path)));
}

function parse(source: string, extension: string, text: string): Found {
  switch (extension) {
    case ".md":
    case ".markdown":
      return readMarkdown(source, text);
    case ".jsonl":
    case ".ndjson":
      return readJsonLines(source, text);
    default:
      return readStructured(source, text);
  }
}

/** The issues of Beads, from their file, `.beads`, or the folder that holds it. */
export function readBeadsAt(source: string, path: string, nowMs: number): Found {
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? beadsFileIn(path) : path;
  if (file === undefined) throw mistakeAt({ source }, "holds no issues.jsonl of Beads");
  return bounded(source, readBeads(source, readText(source, file), nowMs));
}

function bounded(source: string, found: Found): Found {
  if (found.tasks.length <= TASKS_MAX) return found;
  throw mistakeAt({ source }, `holds ${found.tasks.length} tasks; at most ${TASKS_MAX} at a time`);
}

/** The text of a file that holds some, and of a size that can be meant. */
export function readText(source: string, path: string): string {
  const text = decoded(source, readBytes(source, path));
  if (text.trim() === "")
    throw mistakeAt({ source }, "it is empty; perhaps writing it was cut short");
  return text;
}

function readBytes(source: string, path: string): Buffer {
  try {
    if (isSpecial(path)) throw mistakeAt({ source }, `it ${SPECIAL}`);
    const { size } = statSync(path);
    if (size > FILE_BYTES_MAX) {
      throw mistakeAt({ source }, `it is larger than ${FILE_BYTES_MAX / 1024 ** 2} MiB`);
    }
    return readFileSync(path);
  } catch (cause) {
    const problem = whyUnreadable(cause);
    if (problem === undefined) throw cause;
    throw mistakeAt({ source }, problem, cause);
  }
}

function decoded(source: string, bytes: Buffer): string {
  try {
    // Without the mark that some editors begin files with.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw mistakeAt({ source }, "it is not valid UTF-8; convert it", cause);
  }
}
