import type { ProcessEnd } from "../adapter.ts";
import { summaryLine } from "../bounds.ts";
import { lastError } from "../process-end.ts";
import { endClassifier } from "../stream-end.ts";
import { classOfError } from "./failure.ts";

/** What the end of Codex means. */
export const classifyEnd = endClassifier({ agent: "Codex", classOf: classOfError, detailOf });

/** Its error may be followed by a backtrace or by its usage. */
function detailOf(end: ProcessEnd): string {
  const error = end.stderrTail.split("\n").findLast((line) => /^error: /i.test(line));
  return error === undefined ? lastError(end) : summaryLine(error.slice("error: ".length));
}
