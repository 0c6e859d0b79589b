import type { Failure } from "../../core/failure.ts";
import { addUsage, NO_USAGE, type Usage } from "../../core/usage.ts";
import type { AgentEvent, StreamParser, StreamReport } from "../adapter.ts";
import { eventText, withMessage } from "../bounds.ts";
import { nothingTold, type StreamState } from "../json-lines.ts";
import { usualFailure } from "../usual-words.ts";

/** `Tokens: 4.2k sent, 1.1k cache write, 2k cache hit, 320 received. Cost: $0.02 message, $0.03 session.` */
const TOKENS = /^Tokens: (.{1,200}) received\./;
const COST = /\bCost: \$[\d.]+ message, \$([\d.]+) session\./;
/** How LiteLLM, by which it calls every model, tells of a call that failed. */
const ERROR = /^(?:litellm\.(\w+Error)\b|The API provider)/;
/** More than any line that Aider prints about itself. */
const LINE_LENGTH_MAX = 2_000;

/** Reads what `aider --message-file` prints: plain text, with lines about what was used. */
export function createAiderParser(): StreamParser {
  const stream = nothingTold();
  const push = (line: string): readonly AgentEvent[] => {
    const text = line.trimEnd();
    if (text.trim() === "") return [];
    const start = text.slice(0, LINE_LENGTH_MAX);
    const sent = TOKENS.exec(start)?.[1];
    if (sent !== undefined) {
      stream.usage = addUsage(stream.usage, usageIn(`${sent} received`));
      const cost = COST.exec(start)?.[1];
      if (cost !== undefined) stream.costUsd = Number(cost) || 0;
      // The call that this tells of went well, whatever those before it did.
      stream.failure = undefined;
      return [{ kind: "usage", usage: stream.usage }];
    }
    if (ERROR.test(start)) return [failed(usualFailure("Aider", { text: start }))];
    stream.lastMessages = withMessage(stream.lastMessages, text);
    stream.hasOutput = true;
    return [{ kind: "text", text: eventText(text) }];
  };
  const failed = (failure: Failure): AgentEvent => {
    stream.failure = failure;
    return { kind: "error", class: failure.class, message: failure.message };
  };
  return { push, report: () => reportOf(stream) };
}

/** It has no end of its own: what it said last is its answer. */
function reportOf(stream: StreamState): StreamReport {
  const { failure, lastMessages } = stream;
  return { ...stream, resultText: failure ? undefined : lastMessages.at(-1) };
}

const COUNT = /([\d.,]+)(k|M)? (sent|cache write|cache hit|received)/g;

/** Rounded as Aider tells them; cached tokens are beside those that were sent. */
function usageIn(text: string): Usage {
  const counts = new Map<string, number>();
  for (const [, number = "", unit, what = ""] of text.matchAll(COUNT)) {
    const factor = unit === "k" ? 1_000 : unit === "M" ? 1_000_000 : 1;
    const count = Math.round(Number(number.replaceAll(",", "")) * factor);
    counts.set(what, Number.isSafeInteger(count) ? count : 0);
  }
  return {
    ...NO_USAGE,
    inputTokens: counts.get("sent") ?? 0,
    cacheReadTokens: counts.get("cache hit") ?? 0,
    cacheWriteTokens: counts.get("cache write") ?? 0,
    outputTokens: counts.get("received") ?? 0,
  };
}
