import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { ATTEMPT_FILES, type ProcessState } from "../processes.ts";
import { errnoOf } from "../../core/errno.ts";

// These files are a few bytes and fresh in memory: to read them at once costs a tenth of the detour
// over the thread pool, and they are read for every attempt several times a second.

/** The wrapper of an attempt, as it wrote itself down. */
export type Identity = {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
};

/** `undefined` when nothing was started, or was about to and has not said so yet. */
export function readIdentity(folder: string): Identity | undefined {
  const [pid = "", startTime = "", bootId = "", end] = linesOfIdentity(folder);
  // 1 is the machine's first process, and would stand for every process when signalled as a group.
  if (end === undefined || !/^[1-9]\d*$/.test(pid) || pid === "1") return undefined;
  return { pid: Number(pid), startTime, bootId };
}

/** What the wrapper was told to note beside itself. */
export function readNote(folder: string): string | undefined {
  const [, , , note, end] = linesOfIdentity(folder);
  return end === undefined ? undefined : note;
}

function linesOfIdentity(folder: string): string[] {
  return readIfThere(join(folder, ATTEMPT_FILES.identity)).split("\n");
}

/** Takes the folder for nobody, so that nothing starts from it any more; no change if it is taken. */
export function claimForNobody(folder: string): void {
  try {
    writeFileSync(join(folder, ATTEMPT_FILES.identity), "nobody\n", { flag: "wx" });
  } catch (error) {
    if (errnoOf(error) !== "EEXIST" && errnoOf(error) !== "ENOENT") throw error;
  }
}

export type ExitRecord = {
  readonly state: Extract<ProcessState, { kind: "exited" }>;
  /** When the wrapper was about to end, in seconds since the boot; Linux alone. */
  readonly uptimeS: number | undefined;
};

/** The exit record; one without its line feed is not there yet. */
export function readExit(folder: string): ExitRecord | undefined {
  const file = join(folder, ATTEMPT_FILES.exit);
  const [, codeText, uptime] = /^(\d+) ([\d.]*)\n$/.exec(readIfThere(file)) ?? [];
  if (codeText === undefined) return undefined;
  const code = Number(codeText);
  const signal = signalOf(code);
  return {
    state: {
      kind: "exited",
      exitCode: signal === undefined ? code : undefined,
      signal,
      endedAtMs: statSync(file).mtimeMs,
    },
    uptimeS: uptime ? Number(uptime) : undefined,
  };
}

/** A shell tells death by signal n as exit code 128 + n; a program that exits so means the same. */
function signalOf(code: number): string | undefined {
  const number = code - 128;
  if (number <= 0) return undefined;
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
}

function readIfThere(file: string): string {
  // Mostly it is not there yet, and an error costs five times the question.
  if (!existsSync(file)) return "";
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return "";
    throw error;
  }
}
