import type { FailureClass } from "../../core/failure.ts";
import { classOfStatus, tellsOfNetwork } from "../provider-failure.ts";

/** What Claude Code tells about a call of the model that failed. */
export type ApiError = {
  /** Its own word: `authentication_failed`, `rate_limit` … */
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly text: string;
};

const CLASS_BY_CODE: Readonly<Record<string, FailureClass>> = {
  authentication_failed: "auth",
  oauth_org_not_allowed: "auth",
  account_on_hold: "auth",
  verification_required: "auth",
  cloud_credential_error: "auth",
  billing_error: "budget",
  rate_limit: "rate_limit",
  usage_limit_reached: "quota",
  connection_failed: "network",
  overloaded: "provider_error",
  model_not_found: "model_not_found",
};

/**
 * Texts that say more than code and status do: an overflow is a plain 400, and a usage limit is
 * told by old builds in words alone.
 */
const CLASS_BY_TEXT: readonly (readonly [RegExp, FailureClass])[] = [
  [/prompt is too long|input is too long|context (length|window|limit)/i, "context_overflow"],
  [
    /(hit|reached) your [^.\n]*limit|usage limit reached|(hour|session|daily|weekly|monthly|opus|sonnet|spend(ing)?) limit reached|out of (usage credits|extra usage)/i,
    "quota",
  ],
  [/credit balance is too low/i, "budget"],
];

/** Words for those who know neither code nor status. */
function classOfLooseText(text: string): FailureClass | undefined {
  if (/invalid api key|please run \/login|not logged in|oauth token/i.test(text)) return "auth";
  if (tellsOfNetwork(text)) return "network";
  const isBroken = /empty or malformed response|overloaded|internal server error/i.test(text);
  return isBroken ? "provider_error" : undefined;
}

export function classOfApiError({ code, status, text }: ApiError): FailureClass {
  return (
    CLASS_BY_TEXT.find(([pattern]) => pattern.test(text))?.[1] ??
    CLASS_BY_CODE[code ?? ""] ??
    classOfStatus(status) ??
    classOfLooseText(text) ??
    (code === "server_error" ? "provider_error" : "unknown")
  );
}
