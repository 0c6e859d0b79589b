import type { FailureClass } from "../core/failure.ts";

/** What a CLI tells about a call of its model that failed. */
export type ToldError = {
  /** Its own word for it: `authentication_failed`, `ContextOverflowError` … */
  readonly code?: string | undefined;
  readonly status?: number | undefined;
  readonly text: string;
};

/** What the words of one CLI mean. */
export type FailureWords = {
  /** Sentences that say more than code and status do: an overflow is a plain 400. */
  readonly sure: readonly Meaning[];
  readonly codes?: ReadonlyMap<string, FailureClass>;
  /** Words for those who know neither code nor status. */
  readonly loose: readonly Meaning[];
};

type Meaning = readonly [RegExp, FailureClass];

/** More than any sentence; what is looked at has to end. */
const TEXT_LENGTH_MAX = 10_000;

const CLASS_BY_STATUS: Readonly<Record<number, FailureClass>> = {
  401: "auth",
  402: "budget",
  403: "auth",
  404: "model_not_found",
  408: "network",
  413: "context_overflow",
  429: "rate_limit",
};

/** How programs on Node say that the provider was not reached. */
const NETWORK =
  /\bE(CONNREFUSED|CONNRESET|NOTFOUND|TIMEDOUT|AI_AGAIN|HOSTUNREACH|NETUNREACH)\b|connection error|unable to connect|fetch failed|socket hang up|request timed out/i;

/** The class of what is told; `undefined` when nothing of it is known. */
export function classOfTold(words: FailureWords, told: ToldError): FailureClass | undefined {
  const text = told.text.slice(0, TEXT_LENGTH_MAX);
  const classIn = (meanings: readonly Meaning[]): FailureClass | undefined =>
    meanings.find(([pattern]) => pattern.test(text))?.[1];
  return (
    classIn(words.sure) ??
    words.codes?.get(told.code ?? "") ??
    classOfStatus(told.status) ??
    classIn(words.loose) ??
    (NETWORK.test(text) ? "network" : undefined)
  );
}

/** What the HTTP status of a provider's answer means. */
function classOfStatus(status: number | undefined): FailureClass | undefined {
  if (status === undefined) return undefined;
  return CLASS_BY_STATUS[status] ?? (status >= 500 && status < 600 ? "provider_error" : undefined);
}
