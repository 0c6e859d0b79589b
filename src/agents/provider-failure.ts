import type { FailureClass } from "../core/failure.ts";

const CLASS_BY_STATUS: Readonly<Record<number, FailureClass>> = {
  401: "auth",
  402: "budget",
  403: "auth",
  404: "model_not_found",
  408: "network",
  413: "context_overflow",
  429: "rate_limit",
};

/** What the HTTP status of a provider's answer means, whichever agent tells it. */
export function classOfStatus(status: number | undefined): FailureClass | undefined {
  if (status === undefined) return undefined;
  return CLASS_BY_STATUS[status] ?? (status >= 500 && status < 600 ? "provider_error" : undefined);
}

const NETWORK =
  /\bE(CONNREFUSED|CONNRESET|NOTFOUND|TIMEDOUT|AI_AGAIN|HOSTUNREACH|NETUNREACH)\b|connection error|unable to connect|fetch failed|socket hang up|request timed out/i;

/** Whether these words tell, as programs on Node do, that the provider was not reached. */
export function tellsOfNetwork(text: string): boolean {
  return NETWORK.test(text);
}
