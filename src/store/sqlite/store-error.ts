import { accessSync, constants, statfsSync, statSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { OrchestraError } from "../../core/errors.ts";
import { causeInWords } from "../cause-in-words.ts";
import { isMissing, noFolder } from "../is-missing.ts";

/** How long a writer waits for another process's transaction. */
export const BUSY_TIMEOUT_MS = 5_000;

const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;
/** What somebody wanted to write is wrong, not the file. */
const SQLITE_TOOBIG = 18;
const SQLITE_CONSTRAINT = 19;
const SQLITE_MISMATCH = 20;
const SQLITE_RANGE = 25;

/** Less than this is none: SQLite grows its files by a few pages at a time. */
const FREE_BYTES_MIN = 64 * 1024;

/** What a failure of SQLite means to a person; any other error is a bug and stays as it is. */
export function storeError(error: unknown, file: string): unknown {
  const code = primaryCode(error);
  if (code === undefined) return error;
  const options = { cause: error };
  switch (code) {
    case SQLITE_FULL:
      return noSpace(file, options);
    case SQLITE_READONLY:
      return readOnly(file, options);
    case SQLITE_BUSY:
      return unavailable(
        `${file} is busy: another process has held it for ${BUSY_TIMEOUT_MS / 1000} s. Try again.`,
        options,
      );
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return unavailable(
        `${file} is damaged or no blackboard. Move it away, or restore a copy of it.`,
        options,
      );
    case SQLITE_TOOBIG:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
      return error;
    default:
      return surroundingsError(file, options);
  }
}

/** Whether SQLite gave up because another process holds the file. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === SQLITE_BUSY;
}

/** For codes that only say that the system refused: what about the file made it refuse. */
function surroundingsError(file: string, options: ErrorOptions): OrchestraError {
  if (factsOf(file)?.isDirectory()) {
    return unavailable(`${file} is a folder, not a blackboard. Move it away.`, options);
  }
  const folder = dirname(file);
  if (isMissing(folder) || factsOf(folder)?.isDirectory() === false) {
    return noFolder(folder, options);
  }
  if (!isWritable(folder) || (isFile(file) && !isWritable(file))) return readOnly(file, options);
  if (freeBytes(folder) < FREE_BYTES_MIN) return noSpace(file, options);
  const words = causeInWords(options.cause);
  return unavailable(`Could not use ${file}: ${words}. Try again, or look at its disk.`, options);
}

function unavailable(message: string, options: ErrorOptions): OrchestraError {
  return new OrchestraError("STORE_UNAVAILABLE", message, options);
}

function noSpace(file: string, options: ErrorOptions): OrchestraError {
  return new OrchestraError(
    "NO_SPACE",
    `No space left on the device of ${file}. Nothing was changed; free some space and try again.`,
    options,
  );
}

function readOnly(file: string, options: ErrorOptions): OrchestraError {
  return new OrchestraError(
    "READ_ONLY",
    `${file} cannot be written. Make it and its folder writable for you, and try again.`,
    options,
  );
}

function isFile(file: string): boolean {
  return factsOf(file)?.isFile() ?? false;
}

/** `undefined` also for what this user may not look at. */
function factsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Whether nobody at all can write the file here, whatever rights they have. */
export function isMountedReadOnly(file: string): boolean {
  return refusalToWrite(dirname(file)) === "EROFS";
}

function isWritable(path: string): boolean {
  return refusalToWrite(path) === undefined;
}

// The system is asked, not the permission bits, which do not know of mounts and attributes.
function refusalToWrite(path: string): unknown {
  try {
    accessSync(path, constants.W_OK);
    return undefined;
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  // Extended codes hold the primary one in their low byte.
  return typeof error.errcode === "number" ? error.errcode % 256 : undefined;
}
