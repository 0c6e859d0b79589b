import type { Failure, FailureClass } from "../core/failure.ts";
import { summaryLine } from "./bounds.ts";
import { classOfTold, type FailureWords, type ToldError } from "./provider-failure.ts";

/** What providers say of failures, for CLIs of which no words of their own are known. */
const WORDS: FailureWords = {
  sure: [
    [
      /context (length|window|limit)|prompt is too long|maximum context|ContextWindowExceeded/i,
      "context_overflow",
    ],
    [
      /insufficient_quota|credit balance|out of credits|no credits|billing|payment required/i,
      "budget",
    ],
    [
      /usage limit|(daily|weekly|monthly) limit|quota (exceeded|exhausted)|exceeded your current quota/i,
      "quota",
    ],
    [/\bmodel\b.{0,100}\b(not exist|not found|not supported|not available)\b/i, "model_not_found"],
  ],
  loose: [
    [
      /unauthori[sz]ed|authentication|not (logged|signed) in|please log ?in|invalid api key|api key .{0,30}(missing|not set|required)|\b401\b/i,
      "auth",
    ],
    [/rate.?limit|too many requests|\b429\b/i, "rate_limit"],
    [
      /overloaded|internal ?server ?error|service ?unavailable|bad gateway|\b50[0-4]\b/i,
      "provider_error",
    ],
    [/timed? ?out|connection (refused|reset|closed)|network error|APIConnectionError/i, "network"],
  ],
};

/** The class of what a CLI tells of a call that failed. */
export function usualClassOf(told: ToldError): FailureClass {
  return classOfTold(WORDS, told) ?? "unknown";
}

/** Why a run failed, in the words of its provider. */
export function usualFailure(agent: string, told: ToldError): Failure {
  const message = summaryLine(told.text) || `${agent} failed, and said nothing about it.`;
  return { class: usualClassOf(told), message };
}
