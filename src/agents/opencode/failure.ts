import type { Failure, FailureClass } from "../../core/failure.ts";
import type { ProcessEnd } from "../adapter.ts";
import { summaryLine } from "../bounds.ts";
import { countIn, fieldsIn, textIn, type Fields } from "../json-fields.ts";
import { lastError } from "../process-end.ts";
import { classOfTold, type FailureWords, type ToldError } from "../provider-failure.ts";

/** Those that start at once on a new machine all make their common database, and one of them wins. */
const DATABASE_TAKEN = /database is locked|^Failed query:\s+CREATE TABLE \S+/im;

const WORDS: FailureWords = {
  sure: [
    // Nobody's fault, and over in a moment.
    [DATABASE_TAKEN, "rate_limit"],
    [/context (length|window)|prompt is too long|maximum context/i, "context_overflow"],
    [/insufficient_quota|exceeded your current quota|credit balance|out of credits/i, "budget"],
    [/usage limit/i, "quota"],
    [/model not found|model .* does not exist/i, "model_not_found"],
  ],
  codes: new Map<string, FailureClass>([
    ["ContextOverflowError", "context_overflow"],
    ["MessageAbortedError", "cancelled"],
    ["ProviderAuthError", "auth"],
    ["ProviderModelNotFoundError", "model_not_found"],
  ]),
  loose: [
    [/api key|unauthorized|opencode auth login/i, "auth"],
    [/connection (closed|reset|refused)|timed out/i, "network"],
    [/overloaded|internal server error|invalid json response/i, "provider_error"],
  ],
};

export function classOfError(told: ToldError): FailureClass {
  return classOfTold(WORDS, told) ?? "unknown";
}

/** What standard error tells of an end: its last line, but for a query that is told in many. */
export function detailOf(end: ProcessEnd): string {
  const taken = DATABASE_TAKEN.exec(end.stderrTail)?.[0];
  return taken === undefined ? lastError(end) : summaryLine(taken);
}

/** Why a session failed, from its `error`. */
export function failureOf(error: Fields): Failure {
  const data = fieldsIn(error, "data");
  const code = textIn(error, "name");
  const text = textIn(data, "message") ?? "";
  const status = countIn(data, "statusCode") || undefined;
  const message = summaryLine(text || code || "") || "OpenCode failed, and said nothing about it.";
  return { class: classOfError({ code, status, text }), message };
}
