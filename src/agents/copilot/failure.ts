import { stripVTControlCharacters } from "node:util";
import type { Failure, FailureClass } from "../../core/failure.ts";
import type { ProcessEnd } from "../adapter.ts";
import { summaryLine } from "../bounds.ts";
import { countIn, textIn, type Fields } from "../json-fields.ts";
import { lastError } from "../process-end.ts";
import { classOfTold, type FailureWords, type ToldError } from "../provider-failure.ts";

/** How its npm package tells that what it started was killed; then it says that it was not found. */
const KILLED = /^GitHub Copilot native binary at .* was terminated by signal .*$/m;

const WORDS: FailureWords = {
  sure: [
    [KILLED, "process_crash"],
    [/no response was returned/i, "empty_output"],
    [/prompt budget|context (length|window|limit)|prompt is too long/i, "context_overflow"],
    // What an account has paid for is used up: no time brings it back.
    [/insufficient_quota|exceeded your current quota|out of .*AI credits/i, "budget"],
    [/(spending|additional usage) limit/i, "budget"],
    [/usage limit|(session|weekly) rate limit|wait for your limit to reset/i, "quota"],
    [/network fetch failed|error sending request|could not connect to/i, "network"],
  ],
  codes: new Map<string, FailureClass>([
    ["authentication", "auth"],
    ["authorization", "auth"],
    ["policy", "auth"],
    ["context_limit", "context_overflow"],
    ["quota", "budget"],
    ["rate_limit", "rate_limit"],
  ]),
  loose: [
    [/no authentication information|token .* could not be validated|\/login\b/i, "auth"],
    [/unexpected EOF|connection (closed|reset|refused)|timed out/i, "network"],
    [/failed to (finalize|get response)|overloaded|internal server error/i, "provider_error"],
  ],
};

export function classOfError(told: ToldError): FailureClass {
  return classOfTold(WORDS, told) ?? "unknown";
}

/** Why a session failed, from its `session.error`. */
export function failureOf(error: Fields): Failure {
  const code = textIn(error, "errorType");
  const text = textIn(error, "message") ?? "";
  const status = countIn(error, "statusCode") || undefined;
  const message = summaryLine(text || code || "") || "Copilot failed, and said nothing about it.";
  return { class: classOfError({ code, status, text }), message };
}

/** What standard error tells of an end: its error goes on over lines, and has advice after it. */
export function detailOf(end: ProcessEnd): string {
  const text = stripVTControlCharacters(end.stderrTail);
  const killed = KILLED.exec(text)?.[0];
  if (killed !== undefined) return summaryLine(killed);
  const lines = text.split("\n");
  const start = lines.findLastIndex((line) => /^error: /i.test(line));
  if (start === -1) return lastError(end);
  return summaryLine(lines.slice(start).join("\n").slice("error: ".length));
}
