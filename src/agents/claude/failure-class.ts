import type { FailureClass } from "../../core/failure.ts";
import { classOfTold, type FailureWords, type ToldError } from "../provider-failure.ts";

const WORDS: FailureWords = {
  sure: [
    [/prompt is too long|input is too long|context (length|window|limit)/i, "context_overflow"],
    // Old builds tell of a usage limit in words alone.
    [
      /(hit|reached) your [^.\n]*limit|usage limit reached|(hour|session|daily|weekly|monthly|opus|sonnet|spend(ing)?) limit reached|out of (usage credits|extra usage)/i,
      "quota",
    ],
    [/credit balance is too low/i, "budget"],
  ],
  codes: new Map<string, FailureClass>([
    ["authentication_failed", "auth"],
    ["oauth_org_not_allowed", "auth"],
    ["account_on_hold", "auth"],
    ["verification_required", "auth"],
    ["cloud_credential_error", "auth"],
    ["billing_error", "budget"],
    ["rate_limit", "rate_limit"],
    ["usage_limit_reached", "quota"],
    ["connection_failed", "network"],
    ["overloaded", "provider_error"],
    ["model_not_found", "model_not_found"],
  ]),
  loose: [
    [/invalid api key|please run \/login|not logged in|oauth token/i, "auth"],
    [/empty or malformed response|overloaded|internal server error/i, "provider_error"],
  ],
};

/** The class of a call of the model that failed. */
export function classOfApiError(told: ToldError): FailureClass {
  // The vaguest of its codes: any word that says more goes first.
  const fallback = told.code === "server_error" ? "provider_error" : "unknown";
  return classOfTold(WORDS, told) ?? fallback;
}
