import { access, constants, stat, statfs } from "node:fs/promises";
import { startError } from "../agents/process/start-error.ts";
import { errnoOf } from "../core/errno.ts";
import { OrchestraError, type ErrorCode } from "../core/errors.ts";

type Call = {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another folder that the command writes to. */
  readonly writesTo?: string;
};

/** The end of a git command that did not succeed. */
type Ending = {
  readonly exitCode: number | undefined;
  readonly stderr: string;
  /** Why it could not be started. */
  readonly failure?: unknown;
  readonly killedBy?: string | undefined;
};

export type StorageFacts = {
  readonly freeBytes: number;
  readonly freeFiles: number;
  /** Code of the error that asking for write access gave. */
  readonly accessError: string | undefined;
};

/** Below this, git is taken to have failed for want of space: it removes what it half wrote. */
const FREE_BYTES_MIN = 1024 * 1024;
/** Of what git says last; hooks and filters speak through it, too. */
const LINE_LENGTH_MAX = 500;

type StorageCode = "NO_SPACE" | "READ_ONLY" | "MACHINE_FULL";

const STORAGE_CODES: Readonly<Record<string, StorageCode>> = {
  ENOSPC: "NO_SPACE",
  EDQUOT: "NO_SPACE",
  EROFS: "READ_ONLY",
  EACCES: "READ_ONLY",
  EPERM: "READ_ONLY",
  EMFILE: "MACHINE_FULL",
  ENFILE: "MACHINE_FULL",
  ENOMEM: "MACHINE_FULL",
};

/** What the end of a git command means for the caller, decided by errno, never by git's words. */
export async function gitError(call: Call, ending: Ending): Promise<OrchestraError> {
  const doing = `Running git ${subcommand(call.args)} in ${call.cwd}`;
  const cause = ending.failure ?? new Error(ending.stderr.trim());
  if (ending.exitCode === undefined) return brokenOff(doing, call, ending, cause);

  const others = [call.env?.["GIT_DIR"], call.writesTo].filter((one) => one !== undefined);
  for (const folder of [call.cwd, ...others]) {
    const code = storageTrouble(await storageFacts(folder));
    if (code) return storageError(code, doing, folder, cause);
  }
  const line = ending.stderr.trim().split("\n").at(-1)?.slice(0, LINE_LENGTH_MAX) ?? "";
  const message = `${doing} failed with exit code ${ending.exitCode}: ${line}`;
  return new OrchestraError("GIT_FAILED", message, { cause });
}

/** Git did not come to an exit code of its own. */
async function brokenOff(
  doing: string,
  call: Call,
  { killedBy, failure }: Ending,
  cause: unknown,
): Promise<OrchestraError> {
  if (killedBy !== undefined) {
    const message = `${doing} was ended by ${killedBy}, which we did not send. Look whether the machine is out of memory, and try again.`;
    return new OrchestraError("GIT_KILLED", message, { cause });
  }
  if (failure === undefined) {
    const message = `${doing} took too long or printed too much, and was ended. Look at the disk, and for locks of git.`;
    return new OrchestraError("GIT_FAILED", message, { cause });
  }
  const refusal = startError(["git"], failure);
  if (refusal.code === "MACHINE_FULL") return refusal;
  if (await isFolder(call.cwd)) {
    const message = `${doing}: git cannot be started (${errnoOf(failure)}). Install git, and put it on the PATH.`;
    return new OrchestraError("REPOSITORY_UNUSABLE", message, { cause });
  }
  const message = `${doing}: there is no such folder. Make it, or run from another one.`;
  return new OrchestraError("REPOSITORY_UNUSABLE", message, { cause });
}

function storageError(
  code: StorageCode,
  doing: string,
  folder: string,
  cause: unknown,
): OrchestraError {
  return new OrchestraError(code, `${doing}: ${storageAdvice(code, folder)}`, { cause });
}

function storageAdvice(code: StorageCode, folder: string): string {
  switch (code) {
    case "NO_SPACE":
      return `no space is left on the disk of ${folder}. Free some.`;
    case "READ_ONLY":
      return `${folder} cannot be written. Give this user the right to, or mount it writable.`;
    case "MACHINE_FULL":
      return "the machine has no room for another open file. Run fewer at a time, or raise its limits.";
  }
}

/** What keeps anybody from writing in a folder, and what to do about it; `undefined` for nothing. */
export async function storageTroubleIn(folder: string): Promise<string | undefined> {
  const code = storageTrouble(await storageFacts(folder));
  return code && storageAdvice(code, folder);
}

/** What keeps a file from being written, if anything does. */
export function storageTrouble(
  facts: StorageFacts,
): (ErrorCode & ("NO_SPACE" | "READ_ONLY")) | undefined {
  if (STORAGE_CODES[facts.accessError ?? ""] === "READ_ONLY") return "READ_ONLY";
  if (facts.freeBytes < FREE_BYTES_MIN || facts.freeFiles === 0) return "NO_SPACE";
  return undefined;
}

/** Does what `doing` names; a full or read-only disk or a full machine on the way becomes an `OrchestraError`. */
export async function explainingStorage<T>(doing: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = STORAGE_CODES[errnoOf(error)];
    if (!code) throw error;
    const folder = error instanceof Error && "path" in error ? String(error.path) : "its folder";
    throw storageError(code, doing, folder, error);
  }
}

async function storageFacts(folder: string): Promise<StorageFacts> {
  const accessError = await errorCodeOf(access(folder, constants.W_OK));
  if (accessError !== undefined) return { freeBytes: Infinity, freeFiles: Infinity, accessError };
  const { bavail, bsize, files, ffree } = await statfs(folder);
  // File systems that make inodes as they go report none at all.
  return { freeBytes: bavail * bsize, freeFiles: files === 0 ? Infinity : ffree, accessError };
}

async function isFolder(path: string): Promise<boolean> {
  return (await errorCodeOf(stat(path))) === undefined;
}

async function errorCodeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return errnoOf(error) || "UNKNOWN";
  }
}

function subcommand(args: readonly string[]): string {
  return args.find((arg) => !arg.startsWith("-")) ?? args.join(" ");
}
