import { stripVTControlCharacters } from "node:util";
import type { FailureClass } from "../../core/failure.ts";
import type { ProcessEnd } from "../adapter.ts";
import { summaryLine } from "../bounds.ts";
import { lastError } from "../process-end.ts";
import { endClassifier } from "../stream-end.ts";
import { classOfError } from "./failure.ts";

/** What it exits with when it never came to call its model; other ends are told in the stream. */
const CLASS_BY_EXIT_CODE: Readonly<Record<number, FailureClass>> = {
  41: "auth",
  53: "budget",
};

/** What the end of Gemini CLI means. */
export const classifyEnd = endClassifier({
  agent: "Gemini CLI",
  classOf: (text, { exitCode = 0 }) => CLASS_BY_EXIT_CODE[exitCode] ?? classOfError({ text }),
  detailOf,
});

/** How the line begins that tells the reason; advice of several lines follows it. */
const REASON = /^(error\b|when using |please set )/i;

function detailOf(end: ProcessEnd): string {
  const lines = stripVTControlCharacters(end.stderrTail).split("\n");
  const reason = lines.findLast((line) => REASON.test(line));
  return reason === undefined ? lastError(end) : summaryLine(reason);
}
