import { NO_USAGE } from "../core/usage.ts";
import type { StreamParser } from "./adapter.ts";
import { eventText, withMessage } from "./bounds.ts";

/** Plain text: every line is something the agent said, and the last one is its answer. */
export function createPlainTextParser(): StreamParser {
  let lastMessages: readonly string[] = [];
  return {
    push: (line) => {
      const text = line.trimEnd();
      if (text.trim() === "") return [];
      lastMessages = withMessage(lastMessages, text);
      return [{ kind: "text", text: eventText(text) }];
    },
    report: () => ({
      sessionId: undefined,
      model: undefined,
      usage: NO_USAGE,
      costUsd: undefined,
      failure: undefined,
      resultText: lastMessages.at(-1),
      lastMessages,
      hasOutput: lastMessages.length > 0,
      strangeLine: undefined,
      heard: [],
      isTurnOver: false,
    }),
  };
}
