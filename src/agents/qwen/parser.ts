import { addUsage, NO_USAGE, type Usage } from "../../core/usage.ts";
import type { AgentEvent, StreamParser } from "../adapter.ts";
import { isApiError } from "../api-error.ts";
import { answerText, boundedText, withMessage } from "../bounds.ts";
import { amountIn, countIn, fieldsIn, textIn, type Fields } from "../json-fields.ts";
import {
  createLineParser,
  nothingTold,
  type LineReaders,
  type StreamState,
} from "../json-lines.ts";
import { messageEvents, toolResultEvents } from "../message-events.ts";
import { failureOf } from "./failure.ts";

const READERS: LineReaders<StreamState> = {
  byType: new Map([
    ["system", readSystem],
    ["assistant", readAssistant],
    ["user", (_stream, line) => toolResultEvents(fieldsIn(line, "message"))],
    ["result", readResult],
  ]),
};

/** Reads `qwen --output-format stream-json`. */
export function createQwenParser(): StreamParser {
  return createLineParser(nothingTold(), READERS);
}

function readSystem(stream: StreamState, line: Fields): readonly AgentEvent[] {
  if (textIn(line, "subtype") === "retry") {
    const data = fieldsIn(line, "data");
    const delayMs = amountIn(data, "delayMs") ?? 0;
    return [{ kind: "retrying", attempt: countIn(data, "attempt"), delayMs }];
  }
  const told = textIn(line, "session_id");
  if (textIn(line, "subtype") !== "init" || told === undefined) return [];
  const sessionId = boundedText(told);
  stream.sessionId = sessionId;
  return [{ kind: "session", sessionId, model: textIn(line, "model") }];
}

function readAssistant(stream: StreamState, line: Fields): readonly AgentEvent[] {
  const message = fieldsIn(line, "message");
  const events = messageEvents(message);
  const texts = events.flatMap((event) => (event.kind === "text" ? [event.text] : []));
  if (isApiError(texts[0] ?? "")) {
    stream.failure = failureOf(texts.join("\n"));
    return [{ kind: "error", class: stream.failure.class, message: stream.failure.message }];
  }
  stream.failure = undefined;
  stream.hasOutput ||= events.length > 0;
  // What a subagent says is heard by its parent, and is no message of this agent.
  if (textIn(line, "parent_tool_use_id") === undefined) {
    for (const text of texts) stream.lastMessages = withMessage(stream.lastMessages, text);
  }
  return [...events, ...countMessage(stream, message)];
}

/** Each call of the model tells its own, with the last block of what it said. */
function countMessage(stream: StreamState, message: Fields): readonly AgentEvent[] {
  const usage = usageOf(fieldsIn(message, "usage"));
  if (Object.values(usage).every((count) => count === 0)) return [];
  stream.usage = addUsage(stream.usage, usage);
  return [{ kind: "usage", usage: stream.usage }];
}

/** The end; its usage is that of the whole session, and is not looked at. */
function readResult(stream: StreamState, line: Fields): readonly AgentEvent[] {
  stream.sessionId ??= textIn(line, "session_id");
  const said = textIn(line, "result");
  const failure = isFailure(line)
    ? failureOf(textIn(fieldsIn(line, "error"), "message") ?? said ?? "")
    : undefined;
  stream.failure = failure;
  stream.resultText = failure || said === undefined ? undefined : answerText(said);
  const isLimit = failure?.class === "quota" || failure?.class === "rate_limit";
  return [
    ...(isLimit ? [{ kind: "rate_limited", resetAtMs: failure.resetAtMs } as const] : []),
    {
      kind: "result",
      isError: failure !== undefined,
      text: failure?.message ?? boundedText(said ?? ""),
    },
  ];
}

function isFailure(result: Fields): boolean {
  return result["is_error"] === true || (textIn(result, "subtype")?.startsWith("error") ?? false);
}

/** Cached tokens are a part of the input that it counts, and thoughts of the output. */
function usageOf(usage: Fields): Usage {
  const input = countIn(usage, "input_tokens");
  const cacheReadTokens = Math.min(input, countIn(usage, "cache_read_input_tokens"));
  return {
    ...NO_USAGE,
    inputTokens: input - cacheReadTokens,
    cacheReadTokens,
    outputTokens: countIn(usage, "output_tokens"),
  };
}
