import type { Failure, FailureClass } from "../../core/failure.ts";
import { readApiError } from "../api-error.ts";
import { summaryLine } from "../bounds.ts";
import { classOfTold, type FailureWords, type ToldError } from "../provider-failure.ts";
import { delayUntilReset } from "../told-reset.ts";

const WORDS: FailureWords = {
  sure: [
    // It waits half a second for its prompt, which can be too short where much else is at work.
    [/^no input provided via stdin/i, "rate_limit"],
    [/input token count .{0,60}exceeds|context (window|length)/i, "context_overflow"],
    // A wrong key is a plain 400.
    [/api[ _]key (not valid|invalid|expired)/i, "auth"],
    // What is not a part of the plan, or was paid for and is used up: no time brings it back.
    [/\blimit:\s*0(?![\d.])|credits are depleted/i, "budget"],
    [/max(imum)? session turns/i, "budget"],
    [/exhausted your (daily quota|capacity)|quota will reset/i, "quota"],
    // Told without the status that it came with.
    [/\bmodels?\b.{0,200}\b(not found|not supported)\b/i, "model_not_found"],
  ],
  codes: new Map<string, FailureClass>([
    ["FatalAuthenticationError", "auth"],
    ["FatalTurnLimitedError", "budget"],
    ["FatalCancellationError", "cancelled"],
  ]),
  loose: [
    [/auth method|\bAPI_KEY\b|unauthenticated|sign in|log ?in\b/i, "auth"],
    [/^terminated$|premature close|other side closed/i, "network"],
    [
      /incomplete json segment|empty response|malformed|overloaded|high demand|unavailable|internal error/i,
      "provider_error",
    ],
  ],
};

/** Why a run failed, from its error: all that was said of it, and when. */
export function failureOf(
  { code, text }: Pick<ToldError, "code" | "text">,
  saidAtMs: number | undefined,
): Failure {
  const said = readApiError(text);
  const failureClass = classOfError({ code, ...said });
  const message = summaryLine(said.text) || "Gemini CLI failed, and said nothing about it.";
  const isLimit = failureClass === "rate_limit" || failureClass === "quota";
  const resetAtMs = isLimit ? delayUntilReset(said.text, saidAtMs) : undefined;
  if (resetAtMs === undefined) return { class: failureClass, message };
  // A rate limit with a known end parks the task until then.
  return { class: "quota", message, resetAtMs };
}

export function classOfError(told: ToldError): FailureClass {
  return classOfTold(WORDS, told) ?? "unknown";
}
