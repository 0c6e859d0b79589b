import type { Failure, FailureClass } from "../core/failure.ts";
import type { AgentAdapter, AgentOutcome, ProcessEnd, StreamReport } from "./adapter.ts";
import { boundedText } from "./bounds.ts";
import { howItEnded, isKilled, isNotRunnable, lastError } from "./process-end.ts";

/** What is particular to one CLI about an end that its stream does not explain. */
export type EndWords = {
  /** Its name in sentences. */
  readonly agent: string;
  /** What words on standard error mean, and the exit code of a CLI that has several. */
  readonly classOf: (text: string, end: ProcessEnd) => FailureClass;
  /** What standard error tells; its last line without this. */
  readonly detailOf?: (end: ProcessEnd) => string;
};

/**
 * Reads the end of a CLI with a stream of its own. The stream is asked first: it knows why, and an
 * exit code is all the same, even 0 after an error of the provider.
 */
export function endClassifier(words: EndWords): AgentAdapter["classifyEnd"] {
  return (end, report) => {
    if (report.failure) return failed(report.failure);
    if (end.exitCode === 0 && report.resultText !== undefined) {
      return { kind: "succeeded", summary: boundedText(report.resultText) };
    }
    const detail = (words.detailOf ?? lastError)(end);
    const failureClass = classOf(words, end, detail);
    return failed({ class: failureClass, message: messageOf(words, end, detail, report) });
  };
}

function classOf(words: EndWords, end: ProcessEnd, detail: string): FailureClass {
  if (end.exitCode === 0) return "empty_output";
  if (isNotRunnable(end.exitCode)) return "missing_executable";
  if (isKilled(end) || detail === "") return "process_crash";
  return words.classOf(detail, end);
}

function messageOf(
  { agent }: EndWords,
  end: ProcessEnd,
  detail: string,
  { strangeLine }: StreamReport,
): string {
  if (end.exitCode === 0) {
    const shown = strangeLine === undefined ? "" : ` A line that told nothing: ${strangeLine}`;
    return `${agent} ended without a result.${shown}`;
  }
  const how = howItEnded(end);
  return detail === "" ? `${agent} ${how}.` : `${agent} ${how}: ${detail}`;
}

function failed(failure: Failure): AgentOutcome {
  return { kind: "failed", end: "failed", failure };
}
