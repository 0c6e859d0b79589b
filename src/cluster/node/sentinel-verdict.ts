import type { AgentOutcome, StreamReport } from "../../agents/adapter.ts";
import { boundedText } from "../../agents/bounds.ts";
import type { Sentinel } from "../../core/sentinel.ts";

/** What an agent's own word about its end means; checks prove a success all the same. */
export function verdictOf(sentinel: Sentinel, { resultText = "" }: StreamReport): AgentOutcome {
  switch (sentinel.kind) {
    case "done":
      return { kind: "succeeded", summary: boundedText(resultText) };
    case "error": {
      const failure = { class: "unknown", message: sentinel.message } as const;
      return { kind: "failed", end: "failed", failure };
    }
    case "cancelled": {
      // A person cancels with the command; a person is asked before an agent does.
      const failure = { class: "cancelled", message: sentinel.message } as const;
      return { kind: "failed", end: "failed", failure };
    }
    case "timeout": {
      const failure = { class: "timeout", message: sentinel.message } as const;
      return { kind: "failed", end: "timed_out", failure };
    }
  }
}
