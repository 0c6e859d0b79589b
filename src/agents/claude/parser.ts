import { addUsage, NO_USAGE, type Usage } from "../../core/usage.ts";
import type { Failure } from "../../core/failure.ts";
import type { AgentEvent, StreamParser, StreamReport } from "../adapter.ts";
import { boundedText, LAST_MESSAGES_MAX } from "../bounds.ts";
import {
  asAmount,
  asObject,
  asObjects,
  asText,
  objectIn,
  type JsonObject,
} from "../json-fields.ts";
import { failureOf } from "./failure.ts";
import { messageUsage, spendingOf } from "./spending.ts";

type Told = {
  sessionId: string | undefined;
  /** By message id, since the last result: each content block repeats its message's usage. */
  readonly sinceResult: Map<string, Usage>;
  usage: Usage;
  costUsd: number | undefined;
  failure: Failure | undefined;
  resultText: string | undefined;
  resetAtMs: number | undefined;
  lastMessages: string[];
  hasOutput: boolean;
};

/** Understands Claude's `stream-json`, as measured on 2.1.329. */
export function createClaudeParser(): StreamParser {
  const told: Told = {
    sessionId: undefined,
    sinceResult: new Map(),
    usage: NO_USAGE,
    costUsd: undefined,
    failure: undefined,
    resultText: undefined,
    resetAtMs: undefined,
    lastMessages: [],
    hasOutput: false,
  };
  return { push: (line) => push(told, line), report: () => reportOf(told) };
}

function reportOf(told: Told): StreamReport {
  const { sessionId, costUsd, failure, resultText, lastMessages, hasOutput } = told;
  const usage = [...told.sinceResult.values()].reduce(addUsage, told.usage);
  return { sessionId, usage, costUsd, failure, resultText, lastMessages, hasOutput };
}

function push(told: Told, line: string): readonly AgentEvent[] {
  if (line.trim() === "") return [];
  const event = objectIn(line);
  const type = asText(event?.["type"]);
  if (!event || type === undefined) {
    return [{ kind: "unrecognised", line: boundedText(line) }];
  }
  told.sessionId = asText(event["session_id"]) ?? told.sessionId;
  switch (type) {
    case "system":
      return systemEvents(event);
    case "assistant":
      return assistantEvents(told, event);
    case "user":
      return toolResults(event);
    case "rate_limit_event":
      return rateLimit(told, event);
    case "control_request":
      return permission(event);
    case "result":
      return result(told, event);
    default:
      // Newer builds say more; what is not needed here does no harm.
      return [];
  }
}

function systemEvents(event: JsonObject): readonly AgentEvent[] {
  if (event["subtype"] === "init") {
    const sessionId = asText(event["session_id"]) ?? "";
    return [{ kind: "session", sessionId, model: asText(event["model"]) }];
  }
  if (event["subtype"] === "api_retry") {
    const delayMs = asAmount(event["retry_delay_ms"]);
    return [{ kind: "retrying", attempt: asAmount(event["attempt"]), delayMs }];
  }
  return [];
}

function assistantEvents(told: Told, event: JsonObject): readonly AgentEvent[] {
  const message = asObject(event["message"]);
  const id = asText(message?.["id"]) ?? "";
  const usage = messageUsage(asObject(message?.["usage"]));
  const events = asObjects(message?.["content"]).flatMap((block) => contentEvents(told, block));
  const isKnown = told.sinceResult.has(id);
  told.sinceResult.set(id, usage);
  return isKnown ? events : [...events, { kind: "usage", usage }];
}

function contentEvents(told: Told, block: JsonObject): AgentEvent[] {
  switch (block["type"]) {
    case "text": {
      const text = asText(block["text"]) ?? "";
      if (text.trim() === "") return [];
      told.hasOutput = true;
      told.lastMessages = [...told.lastMessages, boundedText(text)].slice(-LAST_MESSAGES_MAX);
      return [{ kind: "text", text }];
    }
    case "thinking":
      return [{ kind: "thinking", text: asText(block["thinking"]) ?? "" }];
    case "tool_use":
      told.hasOutput = true;
      return [
        {
          kind: "tool_started",
          toolId: asText(block["id"]) ?? "",
          name: asText(block["name"]) ?? "",
          summary: summaryOf(asObject(block["input"])),
        },
      ];
    default:
      return [];
  }
}

/** What a tool is about to touch, in one line. */
function summaryOf(input: JsonObject | undefined): string {
  const named = ["command", "file_path", "path", "pattern", "url", "description"]
    .map((name) => asText(input?.[name]))
    .find((text) => text !== undefined);
  return boundedText((named ?? JSON.stringify(input ?? {})).split("\n", 1)[0] ?? "");
}

function toolResults(event: JsonObject): readonly AgentEvent[] {
  const blocks = asObjects(asObject(event["message"])?.["content"]);
  return blocks
    .filter((block) => block["type"] === "tool_result")
    .map((block) => ({
      kind: "tool_ended",
      toolId: asText(block["tool_use_id"]) ?? "",
      isError: block["is_error"] === true,
      output: boundedText(asText(block["content"]) ?? JSON.stringify(block["content"] ?? "")),
    }));
}

function rateLimit(told: Told, event: JsonObject): readonly AgentEvent[] {
  const info = asObject(event["rate_limit_info"]);
  if (info?.["status"] !== "rejected") return [];
  const resetsAt = asAmount(info["resetsAt"]);
  told.resetAtMs = resetsAt > 0 ? resetsAt * 1000 : undefined;
  return [{ kind: "rate_limited", resetAtMs: told.resetAtMs }];
}

function permission(event: JsonObject): readonly AgentEvent[] {
  const request = asObject(event["request"]);
  if (request?.["subtype"] !== "can_use_tool") return [];
  return [
    {
      kind: "permission_requested",
      requestId: asText(event["request_id"]) ?? "",
      tool: asText(request["tool_name"]) ?? "",
    },
  ];
}

function result(told: Told, event: JsonObject): readonly AgentEvent[] {
  const { usage, costUsd } = spendingOf(event);
  told.usage = addUsage(told.usage, usage);
  told.sinceResult.clear();
  told.costUsd = costUsd === undefined ? told.costUsd : (told.costUsd ?? 0) + costUsd;
  told.failure = failureOf(event, told.resetAtMs);
  const text = boundedText(asText(event["result"]) ?? told.failure?.message ?? "");
  told.resultText = text;
  return [
    ...(costUsd === undefined ? [] : [{ kind: "cost", costUsd } as const]),
    ...(told.failure ? [{ kind: "error", ...told.failure } as const] : []),
    { kind: "result", isError: told.failure !== undefined, text },
  ];
}
