import type { FailureClass } from "../../core/failure.ts";

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

const CLASS_BY_STATUS: Readonly<Record<number, FailureClass>> = {
  401: "auth",
  402: "budget",
  403: "auth",
  404: "model_not_found",
  408: "network",
  413: "context_overflow",
  429: "rate_limit",
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
const CLASS_BY_LOOSE_TEXT: readonly (readonly [RegExp, FailureClass])[] = [
  [/invalid api key|please run \/login|not logged in|oauth token/i, "auth"],
  [
    /\bE(CONNREFUSED|CONNRESET|NOTFOUND|TIMEDOUT|AI_AGAIN|HOSTUNREACH|NETUNREACH)\b|connection error|unable to connect|fetch failed|socket hang up|request timed out/i,
    "network",
  ],
  [/empty or malformed response|overloaded|internal server error/i, "provider_error"],
];

export function classOfApiError({ code, status, text }: ApiError): FailureClass {
  const classOf = (table: typeof CLASS_BY_TEXT): FailureClass | undefined =>
    table.find(([pattern]) => pattern.test(text))?.[1];
  const isServerError = status !== undefined && status >= 500;
  return (
    classOf(CLASS_BY_TEXT) ??
    CLASS_BY_CODE[code ?? ""] ??
    CLASS_BY_STATUS[status ?? 0] ??
    (isServerError ? "provider_error" : classOf(CLASS_BY_LOOSE_TEXT)) ??
    (code === "server_error" ? "provider_error" : "unknown")
  );
}
