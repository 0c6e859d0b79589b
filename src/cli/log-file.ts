import { appendFileSync, closeSync, copyFileSync, openSync, statSync, truncateSync } from "node:fs";
import { resolve } from "node:path";
import { errnoOf } from "../core/errno.ts";
import { OrchestraError } from "../core/errors.ts";
import type { Cli } from "./cli.ts";

/** A log that has grown to this becomes the one before it; what that was is gone. */
export const LOG_BYTES_MAX = 8 * 1024 ** 2;

/** The same, with all that is said in a file: one line each, with its time. */
export function withLog(cli: Cli, typed: string): Cli {
  const file = resolve(cli.cwd, typed);
  refuseUnwritable(file);
  const log = (text: string): void => {
    const time = new Date(cli.clock.nowMs()).toISOString().slice(0, 19);
    appendFileSync(file, `${time}Z  ${text.replaceAll("\n", "\n  ")}\n`);
    keepShort(file);
  };
  const { width } = cli.terminal;
  const terminal = {
    ...cli.terminal,
    isLive: false,
    isColoured: false,
    width,
    say: log,
    note: (text: string) => noteOrLeave(log, text),
    style: (_style: unknown, text: string) => text,
  };
  return { ...cli, terminal };
}

const NO_FILE: readonly string[] = ["ENOENT", "ENOTDIR", "EISDIR"];

/** Before anything is worked: all that is said would go nowhere. */
function refuseUnwritable(file: string): void {
  try {
    closeSync(openSync(file, "a"));
  } catch (cause) {
    if (!NO_FILE.includes(errnoOf(cause))) throw cause;
    const message = `The log cannot be ${file}. Name a file in a folder that is there.`;
    throw new OrchestraError("INVALID_ARGUMENT", message, { cause });
  }
}

/** Emptied, not replaced: whoever started us may have it open, for what is said without this. */
function keepShort(file: string): void {
  if (statSync(file).size <= LOG_BYTES_MAX) return;
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
}

/** A note that finds no place must not end the work that it is about. */
function noteOrLeave(log: (text: string) => void, text: string): void {
  try {
    log(text);
  } catch {
    // There is nowhere left to say so.
  }
}
