import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { keepNames } from "./durable-file.ts";

const LINE_FEED = 10;

/** A file of lines that only grows; a line counts when its line feed is there. */
export type Journal = {
  /** The lines since the last call, as far as they are whole. */
  readonly readNew: () => readonly string[];
  /**
   * Appends a line; when it returns, that survives a power cut, and when it throws, nothing was
   * appended. To be called under a lock, with everything read.
   */
  readonly append: (line: string) => void;
  /** Whether the file is another one than was opened, or shorter than what was read of it. */
  readonly wasReplaced: () => boolean;
  readonly close: () => void;
};

type Deps = { readonly file: string; readonly descriptor: number; lengthBytes: number };

/** Makes an empty one where there is none. */
export function makeJournal(file: string): void {
  if (existsSync(file)) return;
  closeSync(openSync(file, "a"));
  keepNames(dirname(file));
}

/** Opens the file, which is there, to "write" or only to "read". */
export function openJournal(file: string, use: "read" | "write"): Journal {
  const descriptor = openSync(file, use === "write" ? constants.O_RDWR : constants.O_RDONLY);
  const deps: Deps = { file, descriptor, lengthBytes: 0 };
  return {
    readNew: () => readNew(deps),
    append: (line) => append(deps, Buffer.from(`${line}\n`)),
    wasReplaced: () => wasReplaced(deps),
    close: () => closeSync(deps.descriptor),
  };
}

function wasReplaced({ file, descriptor, lengthBytes }: Deps): boolean {
  const opened = fstatSync(descriptor);
  return opened.size < lengthBytes || opened.ino !== statSync(file, { throwIfNoEntry: false })?.ino;
}

function readNew(deps: Deps): readonly string[] {
  const { size } = fstatSync(deps.descriptor);
  if (size <= deps.lengthBytes) return [];
  const bytes = readAll(deps.descriptor, deps.lengthBytes, size - deps.lengthBytes);
  const end = bytes.lastIndexOf(LINE_FEED) + 1;
  deps.lengthBytes += end;
  return end === 0 ? [] : bytes.toString("utf8", 0, end - 1).split("\n");
}

function readAll(descriptor: number, position: number, count: number): Buffer {
  const bytes = Buffer.allocUnsafe(count);
  let filled = 0;
  for (;;) {
    const read = readSync(descriptor, bytes, filled, count - filled, position + filled);
    filled += read;
    if (read === 0 || filled === count) return bytes.subarray(0, filled);
  }
}

function append(deps: Deps, bytes: Buffer): void {
  const { descriptor, lengthBytes } = deps;
  try {
    // What stands after the last whole line was left by someone who died over it.
    ftruncateSync(descriptor, lengthBytes);
    for (let written = 0; written < bytes.length;) {
      const position = lengthBytes + written;
      written += writeSync(descriptor, bytes, written, bytes.length - written, position);
    }
    fsyncSync(descriptor);
  } catch (error) {
    ftruncateSync(descriptor, lengthBytes);
    throw error;
  }
  deps.lengthBytes += bytes.length;
}
