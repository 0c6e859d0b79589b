import type { Failure, FailureClass } from "../../core/failure.ts";
import { readApiError } from "../api-error.ts";
import { summaryLine } from "../bounds.ts";
import { classOfTold, type FailureWords, type ToldError } from "../provider-failure.ts";
import { dateOfReset } from "../told-reset.ts";

const WORDS: FailureWords = {
  sure: [
    [
      /context (window|length)|input token count .{0,60}exceeds|range of input length/i,
      "context_overflow",
    ],
    // Its own word for a limit that ends at a time that it was told.
    [/^quota exhausted: /i, "quota"],
    // What an account has paid for is used up: no time brings it back.
    [
      /exceeded your current quota|insufficient_quota|free tier .{0,80}(exhausted|discontinued)|in good standing/i,
      "budget",
    ],
    [/\bmodel\b.{0,200}\b(not exist|not found|not supported)\b/i, "model_not_found"],
  ],
  loose: [
    [/api[ _]key|auth type|unauthorized/i, "auth"],
    [/^terminated\b|other side closed|premature close/i, "network"],
    [
      /without a finish reason|empty (response|stream)|malformed|overloaded|server error/i,
      "provider_error",
    ],
  ],
};

/** The status stands before what the provider said. */
const STATUS = /^(\d{3}) /;

/** Why a run failed, from all that is told of it. */
export function failureOf(text: string): Failure {
  const said = readApiError(text);
  const told = STATUS.exec(said.text)?.[1];
  const status = said.status ?? (told === undefined ? undefined : Number(told));
  const failureClass = classOfError({ status, text: said.text });
  const message = summaryLine(said.text) || "Qwen Code failed, and said nothing about it.";
  const isLimit = failureClass === "rate_limit" || failureClass === "quota";
  // The stream has no times of its own, so that a delay would tell nothing.
  const resetAtMs = isLimit ? dateOfReset(said.text) : undefined;
  if (resetAtMs === undefined) return { class: failureClass, message };
  return { class: "quota", message, resetAtMs };
}

export function classOfError(told: ToldError): FailureClass {
  return classOfTold(WORDS, told) ?? "unknown";
}
