import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { summaryLine } from "../../agents/bounds.ts";
import { fieldsOf, textIn, type Fields } from "../../agents/json-fields.ts";
import { STATE_FOLDER } from "../../config/paths.ts";
import { errnoOf } from "../../core/errno.ts";
import type { Sentinel } from "../../core/sentinel.ts";

/** In the order in which they count: `.done` beats whatever was said before or after it. */
const ENDINGS = ["done", "error", "cancelled", "timeout"] as const;
/** Of what an agent writes into one, no more is read. */
const SENTINEL_BYTES_MAX = 64 * 1024;

/**
 * Makes the folder in which an agent may leave its sentinel, out of git's sight, and takes away what
 * an earlier attempt left there. Where the worktree has something else in its place, there is none.
 */
export function makeSentinelFolder(workspacePath: string, taskId: string): void {
  const state = join(workspacePath, STATE_FOLDER);
  const folder = join(state, "tasks");
  // A worktree that is gone is to be missed by who starts a process in it.
  if (!existsSync(workspacePath) || !isFolderOrNothing(state) || !isFolderOrNothing(folder)) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(state, ".gitignore"), "*\n");
  for (const ending of ENDINGS)
    rmSync(join(folder, `${taskId}.${ending}`), { force: true, recursive: true });
}

/** What the agent of this task has left in its worktree; `undefined` while there is nothing. */
export function readSentinel(workspacePath: string, taskId: string): Sentinel | undefined {
  const folder = join(workspacePath, STATE_FOLDER, "tasks");
  for (const ending of ENDINGS) {
    const text = textOf(join(folder, `${taskId}.${ending}`));
    if (text !== undefined) return sentinelOf(ending, text);
  }
  return undefined;
}

function sentinelOf(ending: (typeof ENDINGS)[number], text: string): Sentinel {
  const fields = fieldsOf(text) ?? {};
  switch (ending) {
    case "error":
      return { kind: "error", message: errorIn(fields, text) };
    case "timeout":
      return { kind: "timeout", message: timeoutIn(fields) };
    case "cancelled":
      return { kind: "cancelled", message: cancelledIn(fields, text) };
    case "done":
      return { kind: "done" };
  }
}

/** `{"error": …}`; what is no JSON is the error itself. */
function errorIn(fields: Fields, text: string): string {
  return (
    summaryLine(textIn(fields, "error") ?? text) || "The agent said that it failed, and not why."
  );
}

/** Mostly the file is empty. */
function cancelledIn(fields: Fields, text: string): string {
  const reason = summaryLine(textIn(fields, "reason") ?? textIn(fields, "error") ?? text);
  return reason === "" ? `${CANCELLED}, and not why.` : `${CANCELLED}: ${reason}`;
}

const CANCELLED = "The agent said that its task is cancelled";

function timeoutIn({ timeout }: Fields): string {
  return typeof timeout === "number"
    ? `The agent said that its time was up after ${timeout} seconds.`
    : "The agent said that its time was up.";
}

function isFolderOrNothing(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true;
  } catch (error) {
    if (IN_THE_WAY.includes(errnoOf(error))) return false;
    throw error;
  }
}

/** A file's beginning; what is no plain file is nobody's sentinel, and could hold up who opens it. */
function textOf(file: string): string | undefined {
  if (!isPlainFile(file)) return undefined;
  try {
    return beginningOf(file);
  } catch (error) {
    // It was taken away again, or is not for us to read: then its name alone tells.
    if (errnoOf(error) === "ENOENT") return undefined;
    if (FORBIDDEN.includes(errnoOf(error))) return "";
    if (IN_THE_WAY.includes(errnoOf(error))) return undefined;
    throw error;
  }
}

/** An agent may close a folder to us, too. */
const FORBIDDEN = ["EACCES", "EPERM"];

/** Or put something else in its place: a file, a link to itself. Nothing that it does may keep us from ending it. */
const IN_THE_WAY = ["ENOTDIR", "ELOOP", "ENAMETOOLONG", "EIO"];

function isPlainFile(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false })?.isFile() === true;
  } catch (error) {
    if ([...FORBIDDEN, ...IN_THE_WAY].includes(errnoOf(error))) return false;
    throw error;
  }
}

function beginningOf(file: string): string {
  const descriptor = openSync(
    file,
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  );
  try {
    const buffer = Buffer.alloc(Math.min(fstatSync(descriptor).size, SENTINEL_BYTES_MAX));
    return buffer.subarray(0, readSync(descriptor, buffer)).toString("utf8");
  } finally {
    closeSync(descriptor);
  }
}
