import { stripVTControlCharacters } from "node:util";
import type { ProcessEnd } from "./adapter.ts";
import { summaryLine } from "./bounds.ts";

/** What a shell exits with when a command cannot be run, and when there is none. */
const NOT_RUNNABLE: readonly (number | undefined)[] = [126, 127];
/** Added by a shell to the number of the signal that ended its command. */
const SIGNAL_EXIT_CODES = 128;

/** Whether the command was never run. */
export function isNotRunnable(exitCode: number | undefined): boolean {
  return NOT_RUNNABLE.includes(exitCode);
}

/** Whether it did not end by itself. */
export function isKilled({ exitCode = Infinity, signal }: ProcessEnd): boolean {
  return signal !== undefined || exitCode > SIGNAL_EXIT_CODES;
}

/** In words that follow who it was: `ended with exit code 3`. */
export function howItEnded({ exitCode, signal }: ProcessEnd): string {
  if (signal !== undefined) return `was ended by ${signal}`;
  return `ended with exit code ${exitCode ?? "unknown"}`;
}

/** The last thing that it said on standard error. */
export function lastError({ stderrTail }: ProcessEnd): string {
  return summaryLine(stripVTControlCharacters(stderrTail).trimEnd().split("\n").at(-1) ?? "");
}
