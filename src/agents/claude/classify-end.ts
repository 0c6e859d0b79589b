import type { Failure, FailureClass } from "../../core/failure.ts";
import type { AgentOutcome, ProcessEnd, StreamReport } from "../adapter.ts";
import { boundedText, summaryLine } from "../bounds.ts";
import { classOfApiError } from "./failure-class.ts";

const COMMAND_NOT_EXECUTABLE = 126;
const COMMAND_NOT_FOUND = 127;
/** Added to a signal's number by a shell, and by Claude Code itself. */
const SIGNAL_EXIT_CODES = 128;

/** What the end means. The stream is asked first: it knows why, and exit code 1 is all the same. */
export function classifyEnd(end: ProcessEnd, report: StreamReport): AgentOutcome {
  if (report.failure) return failed(report.failure);
  if (end.exitCode === 0 && report.resultText !== undefined) {
    return { kind: "succeeded", summary: boundedText(report.resultText) };
  }
  const detail = lastLine(end.stderrTail);
  return failed({ class: classOf(end, detail), message: messageOf(end, detail) });
}

function classOf(end: ProcessEnd, detail: string): FailureClass {
  const { exitCode, signal } = end;
  if (exitCode === 0) return "empty_output";
  if (exitCode === COMMAND_NOT_FOUND || exitCode === COMMAND_NOT_EXECUTABLE) {
    return "missing_executable";
  }
  const isKilled = signal !== undefined || (exitCode ?? 0) > SIGNAL_EXIT_CODES;
  if (isKilled || detail === "") return "process_crash";
  return classOfApiError({ code: undefined, status: undefined, text: detail });
}

function messageOf({ exitCode, signal }: ProcessEnd, detail: string): string {
  if (exitCode === 0) return "Claude Code ended without a result.";
  const how =
    signal === undefined
      ? `ended with exit code ${exitCode ?? "unknown"}`
      : `was ended by ${signal}`;
  return detail === "" ? `Claude Code ${how}.` : `Claude Code ${how}: ${detail}`;
}

function failed(failure: Failure): AgentOutcome {
  return { kind: "failed", end: "failed", failure };
}

function lastLine(text: string): string {
  return summaryLine(text.trimEnd().split("\n").at(-1) ?? "");
}
