import type { Failure, FailureClass } from "../../core/failure.ts";
import { summaryLine } from "../bounds.ts";
import { fieldsIn, fieldsOf, textIn } from "../json-fields.ts";
import { classOfTold, type FailureWords } from "../provider-failure.ts";
import { resetTimeIn, type Told } from "./reset-time.ts";

/** Codex's own sentences; it has no codes. */
const WORDS: FailureWords = {
  sure: [
    // In the bridge's words: Codex has none for it.
    [/^The turn was interrupted\.$/, "cancelled"],
    [/context window|context_length_exceeded/i, "context_overflow"],
    [/hit your usage limit/i, "quota"],
    // What an account has paid for is used up: no time brings it back.
    [/quota exceeded|out of credits|insufficient_quota/i, "budget"],
    [/\bmodel\b.*(does not exist|not found|not supported)/i, "model_not_found"],
    [/missing environment variable|not logged in|codex login|\blog(ged)? out\b/i, "auth"],
  ],
  loose: [
    [
      /connection failed|error sending request|transport error|failed to lookup address|timeout waiting/i,
      "network",
    ],
    [
      /high demand|at capacity|overloaded|server error|stream (disconnected|closed)/i,
      "provider_error",
    ],
  ],
};

const STATUS = /\b(?:unexpected status|last status:) (\d{3})\b/;

/** Why a turn failed, from the only thing that Codex tells: a message. */
export function failureOf(text: string, told: Told): Failure {
  const failureClass = classOfError(text);
  const message = summaryLine(sentenceIn(text)) || "Codex failed, and said nothing about it.";
  const resetAtMs = failureClass === "quota" ? resetTimeIn(text, told) : undefined;
  if (resetAtMs === undefined) return { class: failureClass, message };
  return { class: failureClass, message, resetAtMs };
}

export function classOfError(text: string): FailureClass {
  const status = STATUS.exec(text)?.[1];
  const told = { status: status === undefined ? undefined : Number(status), text };
  return classOfTold(WORDS, told) ?? "unknown";
}

/** A refusal with status 400 is shown as the body that came with it. */
function sentenceIn(text: string): string {
  const body = fieldsOf(text);
  if (!body) return text;
  return textIn(fieldsIn(body, "error"), "message") ?? textIn(body, "message") ?? text;
}
