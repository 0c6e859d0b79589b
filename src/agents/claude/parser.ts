import type { AgentEvent, StreamParser, StreamReport } from "../adapter.ts";
import { answerText, boundedText, withMessage } from "../bounds.ts";
import { amountIn, countIn, fieldsIn, fieldsOf, textIn, type Fields } from "../json-fields.ts";
import type { Failure } from "../../core/failure.ts";
import { messageEvents, toolResultEvents } from "./message-events.ts";
import { failureOfMessage, failureOfResult } from "./result-failure.ts";
import { countMessage, countResult, nothingSpent, usageSoFar, type Spending } from "./spending.ts";

/** What the lines so far add up to. */
type Stream = {
  readonly spending: Spending;
  sessionId: string | undefined;
  failure: Failure | undefined;
  resultText: string | undefined;
  lastMessages: readonly string[];
  hasOutput: boolean;
  errorCode: string | undefined;
  limitResetAtMs: number | undefined;
  saidAtMs: number | undefined;
};

/** Reads `--output-format stream-json`. */
export function createClaudeParser(): StreamParser {
  const stream: Stream = {
    spending: nothingSpent(),
    sessionId: undefined,
    failure: undefined,
    resultText: undefined,
    lastMessages: [],
    hasOutput: false,
    errorCode: undefined,
    limitResetAtMs: undefined,
    saidAtMs: undefined,
  };
  return { push: (line) => push(stream, line), report: () => reportOf(stream) };
}

function reportOf(stream: Stream): StreamReport {
  return {
    sessionId: stream.sessionId,
    usage: usageSoFar(stream.spending),
    costUsd: stream.spending.settledCostUsd,
    failure: stream.failure,
    resultText: stream.resultText,
    lastMessages: stream.lastMessages,
    hasOutput: stream.hasOutput,
  };
}

type Reader = (stream: Stream, line: Fields) => readonly AgentEvent[];

const READERS: ReadonlyMap<string, Reader> = new Map([
  ["system", readSystem],
  ["assistant", readAssistant],
  ["user", (_stream, line) => toolResultEvents(fieldsIn(line, "message"))],
  ["result", readResult],
  ["rate_limit_event", readRateLimit],
  ["control_request", readControlRequest],
]);

function push(stream: Stream, text: string): readonly AgentEvent[] {
  if (text.trim() === "") return [];
  const line = fieldsOf(text);
  const type = line && textIn(line, "type");
  if (!line || type === undefined) return [{ kind: "unrecognised", line: boundedText(text) }];
  const saidAtMs = Date.parse(textIn(line, "timestamp") ?? "");
  if (!Number.isNaN(saidAtMs)) stream.saidAtMs = saidAtMs;
  // Other types tell nothing that is not told otherwise, too; newer builds have more of them.
  return READERS.get(type)?.(stream, line) ?? [];
}

function readSystem(stream: Stream, line: Fields): readonly AgentEvent[] {
  const subtype = textIn(line, "subtype");
  if (subtype === "api_retry") {
    const delayMs = amountIn(line, "retry_delay_ms") ?? 0;
    return [{ kind: "retrying", attempt: countIn(line, "attempt"), delayMs }];
  }
  const sessionId = textIn(line, "session_id");
  // Told again at each turn of a session that listens.
  if (subtype !== "init" || sessionId === undefined || sessionId === stream.sessionId) return [];
  stream.sessionId = sessionId;
  return [{ kind: "session", sessionId, model: textIn(line, "model") }];
}

function readAssistant(stream: Stream, line: Fields): readonly AgentEvent[] {
  const message = fieldsIn(line, "message");
  const isNewUsage = countMessage(stream.spending, message);
  const usage: AgentEvent[] = isNewUsage
    ? [{ kind: "usage", usage: usageSoFar(stream.spending) }]
    : [];
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
  stream.sessionId ??= textIn(line, "session_id");
  stream.failure = failureOfResult(line, stream);
  const text = textIn(line, "result") ?? "";
  stream.resultText = stream.failure ? undefined : answerText(text);
  const costUsd = stream.spending.settledCostUsd;
  return [
    { kind: "usage", usage: usageSoFar(stream.spending) },
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
