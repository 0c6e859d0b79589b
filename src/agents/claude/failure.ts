import type { Failure, FailureClass } from "../../core/failure.ts";
import { boundedText } from "../bounds.ts";
import { asText, type JsonObject } from "../json-fields.ts";

const BY_STATUS: Readonly<Record<number, FailureClass>> = {
  401: "auth",
  403: "auth",
  404: "model_not_found",
  429: "rate_limit",
};

const BY_SUBTYPE: Readonly<Record<string, FailureClass>> = {
  error_max_turns: "budget",
  error_max_budget_usd: "budget",
};

/** Words by which Claude tells what no field does; each was seen in a release. */
const BY_WORDS: readonly (readonly [RegExp, FailureClass])[] = [
  [/usage limit reached|hit your .*limit|limit .* resets/i, "quota"],
  [/prompt is too long|context (window|length)|input length and `?max_tokens/i, "context_overflow"],
  [/please run \/login|invalid api key|authentication|oauth token|not logged in/i, "auth"],
  [/credit balance is too low/i, "quota"],
  [
    /\b(model_not_found|issue with the selected model|model .* (does not|may not) exist)/i,
    "model_not_found",
  ],
  [/overloaded|internal server error|api error: 5\d\d/i, "provider_error"],
  [/connection error|econn|enotfound|fetch failed|network|socket hang up|timed? ?out/i, "network"],
  [/rate.?limit/i, "rate_limit"],
];

/** Why a result is an error; `undefined` when it is none. Judged by `is_error`, not by `subtype`. */
export function failureOf(result: JsonObject, resetAtMs: number | undefined): Failure | undefined {
  const subtype = asText(result["subtype"]) ?? "";
  if (result["is_error"] !== true && !subtype.startsWith("error")) return undefined;
  const errors = Array.isArray(result["errors"]) ? result["errors"].map(String).join("; ") : "";
  const message = boundedText(asText(result["result"]) ?? (errors || subtype || "It failed."));
  return failure(classOf(message, subtype, result["api_error_status"]), message, resetAtMs);
}

/** A failure, with the reset time that a usage limit names in one way or another. */
export function failure(
  failureClass: FailureClass,
  message: string,
  announcedResetAtMs: number | undefined,
): Failure {
  if (failureClass !== "rate_limit" && failureClass !== "quota") {
    return { class: failureClass, message };
  }
  const resetAtMs = resetTimeIn(message) ?? announcedResetAtMs;
  // A limit that says when it ends is a quota, whatever its status: waiting is all that helps.
  if (resetAtMs === undefined) return { class: failureClass, message };
  return { class: "quota", message, resetAtMs };
}

function classOf(message: string, subtype: string, status: unknown): FailureClass {
  const bySubtype = BY_SUBTYPE[subtype];
  if (bySubtype) return bySubtype;
  const byWords = BY_WORDS.find(([words]) => words.test(message))?.[1];
  if (typeof status !== "number") return byWords ?? "unknown";
  // The limit of a subscription comes as a 429 like any other; only its words tell.
  if (byWords === "quota" || byWords === "context_overflow") return byWords;
  if (status >= 500) return "provider_error";
  return BY_STATUS[status] ?? byWords ?? "provider_error";
}

/** `Claude AI usage limit reached|<seconds>`, as older builds say it. */
function resetTimeIn(message: string): number | undefined {
  const [, seconds] = /limit reached\|(\d{9,11})\b/.exec(message) ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** What the words on standard error mean when there was no result. */
export function classOfWords(text: string): FailureClass | undefined {
  if (/No conversation found with session ID/i.test(text)) return "unknown";
  return BY_WORDS.find(([words]) => words.test(text))?.[1];
}
