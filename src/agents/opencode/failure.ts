import type { Failure, FailureClass } from "../../core/failure.ts";
import type { ProcessEnd } from "../adapter.ts";
import { summaryLine } from "../bounds.ts";
import { countIn, fieldsIn, textIn, type Fields } from "../json-fields.ts";
import { lastError } from "../process-end.ts";
import { classOfStatus, tellsOfNetwork } from "../provider-failure.ts";

/** What OpenCode tells about a failure. */
export type ToldError = {
  /** Its own word: `APIError`, `ProviderAuthError` … */
  readonly name: string | undefined;
  readonly status: number | undefined;
  readonly text: string;
};

const CLASS_BY_NAME: Readonly<Record<string, FailureClass>> = {
  ContextOverflowError: "context_overflow",
  MessageAbortedError: "cancelled",
  ProviderAuthError: "auth",
  ProviderModelNotFoundError: "model_not_found",
};

/** Those that start at once on a new machine all make their common database, and one of them wins. */
const DATABASE_TAKEN = /database is locked|^Failed query:\s+CREATE TABLE \S+/im;

/** Texts that say more than the status does. */
const CLASS_BY_TEXT: readonly (readonly [RegExp, FailureClass])[] = [
  // Nobody's fault, and over in a moment.
  [DATABASE_TAKEN, "rate_limit"],
  [/context (length|window)|prompt is too long|maximum context/i, "context_overflow"],
  [/insufficient_quota|exceeded your current quota|credit balance|out of credits/i, "budget"],
  [/usage limit/i, "quota"],
  [/model not found|model .* does not exist/i, "model_not_found"],
];

const CLASS_BY_LOOSE_TEXT: readonly (readonly [RegExp, FailureClass])[] = [
  [/api key|unauthorized|opencode auth login/i, "auth"],
  [/unable to connect|connection (closed|reset|refused)|timed out/i, "network"],
  [/overloaded|internal server error|invalid json response/i, "provider_error"],
];

/** More than any sentence; what is looked at has to end. */
const TEXT_LENGTH_MAX = 10_000;

export function classOfError({ name = "", status, text }: ToldError): FailureClass {
  const told = text.slice(0, TEXT_LENGTH_MAX);
  const classIn = (table: typeof CLASS_BY_TEXT): FailureClass | undefined =>
    table.find(([pattern]) => pattern.test(told))?.[1];
  return (
    (Object.hasOwn(CLASS_BY_NAME, name) ? CLASS_BY_NAME[name] : undefined) ??
    classIn(CLASS_BY_TEXT) ??
    classOfStatus(status) ??
    classIn(CLASS_BY_LOOSE_TEXT) ??
    (tellsOfNetwork(told) ? "network" : "unknown")
  );
}

/** What standard error tells of an end: its last line, but for a query that is told in many. */
export function detailOf(end: ProcessEnd): string {
  const taken = DATABASE_TAKEN.exec(end.stderrTail)?.[0];
  return taken === undefined ? lastError(end) : summaryLine(taken);
}

/** Why a session failed, from its `error`. */
export function failureOf(error: Fields): Failure {
  const data = fieldsIn(error, "data");
  const name = textIn(error, "name");
  const text = textIn(data, "message") ?? "";
  const status = countIn(data, "statusCode") || undefined;
  const message = summaryLine(text || name || "") || "OpenCode failed, and said nothing about it.";
  return { class: classOfError({ name, status, text }), message };
}
