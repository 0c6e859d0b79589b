import type { FailureClass } from "../../core/failure.ts";
import type { AgentOutcome, ProcessEnd, StreamReport } from "../adapter.ts";
import { boundedText, summaryLine } from "../bounds.ts";
import { howItEnded, isKilled, isNotRunnable, lastError } from "../process-end.ts";

/** What the end of a command means that prints plain text: its exit code decides. */
export function commandEnd(end: ProcessEnd, report: StreamReport): AgentOutcome {
  if (end.exitCode === 0) {
    return { kind: "succeeded", summary: boundedText(report.resultText ?? "") };
  }
  const detail = lastError(end) || summaryLine(report.resultText ?? "");
  const how = howItEnded(end);
  const message = detail === "" ? `It ${how}.` : `It ${how}: ${detail}`;
  return { kind: "failed", end: "failed", failure: { class: classOf(end, detail), message } };
}

/** A command that says why it ends has not crashed; what the reason is worth, nobody can know. */
function classOf(end: ProcessEnd, detail: string): FailureClass {
  if (isNotRunnable(end.exitCode)) return "missing_executable";
  return isKilled(end) || detail === "" ? "process_crash" : "unknown";
}
