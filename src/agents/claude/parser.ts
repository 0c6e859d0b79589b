import type { AgentEvent, StreamParser } from "../adapter.ts";
import { answerText, boundedText, withHeard, withMessage } from "../bounds.ts";
import { amountIn, countIn, fieldsIn, textIn, type Fields } from "../json-fields.ts";
import {
  createLineParser,
  nothingTold,
  type LineReaders,
  type StreamState,
} from "../json-lines.ts";
import { messageEvents, toolResultEvents } from "../message-events.ts";
import { failureOfMessage, failureOfResult } from "./result-failure.ts";
import { countMessage, countResult, nothingSpent, usageSoFar, type Spending } from "./spending.ts";

type Stream = StreamState & {
  readonly spending: Spending;
  errorCode: string | undefined;
  limitResetAtMs: number | undefined;
  saidAtMs: number | undefined;
};

const READERS: LineReaders<Stream> = {
  ofEach: readTime,
  byType: new Map([
    ["system", readSystem],
    ["assistant", readAssistant],
    ["user", readUser],
    ["result", readResult],
    ["rate_limit_event", readRateLimit],
    ["control_request", readControlRequest],
    // How it gets on with what was said to it; it is heard when the line itself comes back.
    ["command_lifecycle", () => []],
  ]),
};

/** Reads `--output-format stream-json`. */
export function createClaudeParser(): StreamParser {
  const stream: Stream = {
    ...nothingTold(),
    spending: nothingSpent(),
    errorCode: undefined,
    limitResetAtMs: undefined,
    saidAtMs: undefined,
  };
  return createLineParser(stream, READERS);
}

function readTime(stream: Stream, line: Fields): readonly AgentEvent[] {
  const saidAtMs = Date.parse(textIn(line, "timestamp") ?? "");
  if (!Number.isNaN(saidAtMs)) stream.saidAtMs = saidAtMs;
  return [];
}

function readSystem(stream: Stream, line: Fields): readonly AgentEvent[] {
  const subtype = textIn(line, "subtype");
  if (subtype === "api_retry") {
    const delayMs = amountIn(line, "retry_delay_ms") ?? 0;
    return [{ kind: "retrying", attempt: countIn(line, "attempt"), delayMs }];
  }
  const sessionId = textIn(line, "session_id");
  if (subtype === "init") beginTurn(stream);
  // Told again at each turn.
  if (subtype !== "init" || sessionId === undefined || sessionId === stream.sessionId) return [];
  stream.sessionId = sessionId;
  return [{ kind: "session", sessionId, model: textIn(line, "model") }];
}

/** What an earlier turn came to is then not what the process comes to. */
function beginTurn(stream: Stream): void {
  stream.isTurnOver = false;
  stream.failure = undefined;
  stream.resultText = undefined;
}

/** What tools have answered, or a message that has been taken in. */
function readUser(stream: Stream, line: Fields): readonly AgentEvent[] {
  if (line["isReplay"] !== true) return toolResultEvents(fieldsIn(line, "message"));
  stream.heard = withHeard(stream.heard, textIn(line, "uuid") ?? "");
  return [];
}

function readAssistant(stream: Stream, line: Fields): readonly AgentEvent[] {
  const message = fieldsIn(line, "message");
  const isNewUsage = countMessage(stream.spending, message);
  stream.usage = usageSoFar(stream.spending);
  const usage: AgentEvent[] = isNewUsage ? [{ kind: "usage", usage: stream.usage }] : [];
  const events = messageEvents(message);
  const texts = events.flatMap((event) => (event.kind === "text" ? [event.text] : []));
  if (isApiError(line)) {
    stream.errorCode = textIn(line, "error");
    stream.failure = failureOfMessage(line, texts.join("\n"), stream);
    return [{ kind: "error", class: stream.failure.class, message: stream.failure.message }];
  }
  stream.errorCode = undefined;
  stream.failure = undefined;
  stream.hasOutput ||= events.length > 0;
  // What a subagent says is heard by its parent, and is no message of this agent.
  if (textIn(line, "parent_tool_use_id") === undefined) {
    for (const text of texts) stream.lastMessages = withMessage(stream.lastMessages, text);
  }
  return [...events, ...usage];
}

function isApiError(line: Fields): boolean {
  return line["is_api_error_message"] === true || textIn(line, "error") !== undefined;
}

function readResult(stream: Stream, line: Fields): readonly AgentEvent[] {
  countResult(stream.spending, line);
  stream.usage = usageSoFar(stream.spending);
  stream.costUsd = stream.spending.settledCostUsd;
  stream.sessionId ??= textIn(line, "session_id");
  stream.isTurnOver = true;
  stream.failure = failureOfResult(line, stream);
  const text = textIn(line, "result") ?? "";
  stream.resultText = stream.failure ? undefined : answerText(text);
  const { usage, costUsd } = stream;
  return [
    { kind: "usage", usage },
    ...(costUsd === undefined ? [] : [{ kind: "cost", costUsd } as const]),
    { kind: "result", isError: stream.failure !== undefined, text: boundedText(text) },
  ];
}

const RESET_SECONDS_MAX = 100_000_000_000;

function readRateLimit(stream: Stream, line: Fields): readonly AgentEvent[] {
  const info = fieldsIn(line, "rate_limit_info");
  if (textIn(info, "status") !== "rejected") {
    stream.limitResetAtMs = undefined;
    return [];
  }
  const resetSeconds = countIn(info, "resetsAt");
  const isTold = resetSeconds > 0 && resetSeconds < RESET_SECONDS_MAX;
  const resetAtMs = isTold ? resetSeconds * 1_000 : undefined;
  stream.limitResetAtMs = resetAtMs;
  return [{ kind: "rate_limited", resetAtMs }];
}

function readControlRequest(_stream: Stream, line: Fields): readonly AgentEvent[] {
  const request = fieldsIn(line, "request");
  const requestId = textIn(line, "request_id");
  if (textIn(request, "subtype") !== "can_use_tool" || requestId === undefined) return [];
  return [
    { kind: "permission_requested", requestId, tool: textIn(request, "tool_name") ?? "unknown" },
  ];
}
