import type { Failure, FailureClass } from "../../core/failure.ts";
import { summaryLine } from "../bounds.ts";
import { countIn, textIn, type Fields } from "../json-fields.ts";
import { classOfApiError } from "./failure-class.ts";
import { resetTimeIn } from "./reset-time.ts";

/** What came before a result and explains it. */
export type Told = {
  /** Claude Code's word for the last failed call, when nothing has gone well since. */
  readonly errorCode: string | undefined;
  /** When the usage limit that was met ends. */
  readonly limitResetAtMs: number | undefined;
  /** When it last said what time it was. */
  readonly saidAtMs: number | undefined;
};

const CLASS_BY_TERMINAL_REASON: Readonly<Record<string, FailureClass>> = {
  max_turns: "budget",
  budget_exhausted: "budget",
  prompt_too_long: "context_overflow",
  aborted_streaming: "cancelled",
  aborted_tools: "cancelled",
};

const CLASS_BY_SUBTYPE: Readonly<Record<string, FailureClass>> = {
  error_max_turns: "budget",
  error_max_budget_usd: "budget",
};

/** Old builds put this into a result that calls itself a success. */
const BARE_USAGE_LIMIT = /^Claude AI usage limit reached\|\d+$/;

/** Why a result is a failure, or `undefined` when it is none; `subtype` alone says neither. */
export function failureOfResult(result: Fields, told: Told): Failure | undefined {
  const text = textOf(result);
  if (!isFailure(result, text)) return undefined;
  const failureClass =
    CLASS_BY_SUBTYPE[textIn(result, "subtype") ?? ""] ??
    CLASS_BY_TERMINAL_REASON[textIn(result, "terminal_reason") ?? ""] ??
    classOfApiError({
      code: textIn(result, "api_error") ?? told.errorCode,
      status: countIn(result, "api_error_status") || undefined,
      text,
    });
  return withReset(failureClass, text, told);
}

/** Why a call of the model failed that no result has followed. */
export function failureOfMessage(message: Fields, text: string, told: Told): Failure {
  const status = countIn(message, "api_error_status") || undefined;
  const code = textIn(message, "api_error") ?? told.errorCode;
  return withReset(classOfApiError({ code, status, text }), text, told);
}

function isFailure(result: Fields, text: string): boolean {
  if (result["is_error"] === true || BARE_USAGE_LIMIT.test(text.trim())) return true;
  return textIn(result, "subtype")?.startsWith("error") ?? false;
}

function textOf(result: Fields): string {
  const errors = Array.isArray(result["errors"]) ? result["errors"] : [];
  const texts = errors.filter((error: unknown) => typeof error === "string");
  return textIn(result, "result") || texts.join(" ");
}

/** A rate limit with a known end is a usage limit: it parks the task until then. */
function withReset(failureClass: FailureClass, text: string, told: Told): Failure {
  const message = messageOf(failureClass, text);
  if (failureClass !== "rate_limit" && failureClass !== "quota") {
    return { class: failureClass, message };
  }
  const resetAtMs = told.limitResetAtMs ?? resetTimeIn(text, told.saidAtMs);
  if (resetAtMs === undefined) return { class: failureClass, message };
  return { class: "quota", message, resetAtMs };
}

function messageOf(failureClass: FailureClass, text: string): string {
  if (failureClass === "cancelled") return "It was interrupted.";
  return summaryLine(text) || "Claude Code ended with an error, and said nothing about it.";
}
