import type { Usage } from "../../core/usage.ts";
import type { AgentEvent, StreamParser } from "../adapter.ts";
import { answerText, boundedText, eventText, withMessage } from "../bounds.ts";
import { countIn, fieldsIn, textIn, type Fields } from "../json-fields.ts";
import {
  createLineParser,
  nothingTold,
  type LineReaders,
  type StreamState,
} from "../json-lines.ts";
import { toolSummary } from "../tool-summary.ts";
import { failureOf } from "./failure.ts";

type Stream = StreamState & {
  /** The session that has begun; one to go on with only when a call of its model went well. */
  begunSessionId: string | undefined;
  /** What the model says now, as far as it has come; a message comes in pieces. */
  saying: string;
  /** The last messages without that one. */
  saidBefore: readonly string[];
};

const READERS: LineReaders<Stream> = {
  byType: new Map([
    ["init", readInit],
    ["message", readMessage],
    ["tool_use", readToolUse],
    ["tool_result", readToolResult],
    ["error", readError],
    ["result", readResult],
  ]),
};

/** Reads `gemini --output-format stream-json`. */
export function createGeminiParser(): StreamParser {
  const nothing = { begunSessionId: undefined, saying: "", saidBefore: [] };
  return createLineParser<Stream>({ ...nothingTold(), ...nothing }, READERS);
}

function readInit(stream: Stream, line: Fields): readonly AgentEvent[] {
  const told = textIn(line, "session_id");
  if (told === undefined) return [];
  const sessionId = boundedText(told);
  stream.begunSessionId = sessionId;
  return [{ kind: "session", sessionId, model: textIn(line, "model") }];
}

/** A piece of what the model says; the prompt comes back in the same form. */
function readMessage(stream: Stream, line: Fields): readonly AgentEvent[] {
  const text = textIn(line, "content") ?? "";
  if (line["role"] !== "assistant" || text === "") return [];
  const before = line["delta"] === true ? [] : endMessage(stream);
  goOn(stream);
  stream.saying = answerText(stream.saying + text);
  stream.lastMessages = withMessage(stream.saidBefore, stream.saying);
  return before;
}

/** Tells the message that is over, if there was one. */
function endMessage(stream: Stream): readonly AgentEvent[] {
  const text = stream.saying;
  stream.saying = "";
  stream.saidBefore = stream.lastMessages;
  return text.trim() === "" ? [] : [{ kind: "text", text: eventText(text) }];
}

/** What was in the way has passed. */
function goOn(stream: Stream): void {
  stream.failure = undefined;
  stream.hasOutput = true;
}

function readToolUse(stream: Stream, line: Fields): readonly AgentEvent[] {
  goOn(stream);
  const toolId = boundedText(textIn(line, "tool_id") ?? "");
  const name = boundedText(textIn(line, "tool_name") ?? "unknown");
  const summary = toolSummary(fieldsIn(line, "parameters"));
  return [...endMessage(stream), { kind: "tool_started", toolId, name, summary }];
}

function readToolResult(stream: Stream, line: Fields): readonly AgentEvent[] {
  stream.sessionId = stream.begunSessionId;
  const output = textIn(line, "output") ?? textIn(fieldsIn(line, "error"), "message") ?? "";
  const toolId = boundedText(textIn(line, "tool_id") ?? "");
  const isError = textIn(line, "status") === "error";
  return [{ kind: "tool_ended", toolId, isError, output: boundedText(output) }];
}

/** A warning after which it ends as if its work were done. */
const STOPPED = /^loop detected/i;

function readError(stream: Stream, line: Fields): readonly AgentEvent[] {
  const text = textIn(line, "message") ?? "";
  if (textIn(line, "severity") === "warning" && !STOPPED.test(text)) return [];
  const failure = failureOf({ text }, timeOf(line));
  stream.failure = failure;
  return [...endMessage(stream), { kind: "error", class: failure.class, message: failure.message }];
}

function readResult(stream: Stream, line: Fields): readonly AgentEvent[] {
  stream.usage = usageOf(fieldsIn(line, "stats"));
  const answer = stream.saying;
  const said = endMessage(stream);
  if (textIn(line, "status") !== "success") stream.failure = failureIn(stream, line);
  const { usage, failure } = stream;
  if (!failure) stream.sessionId = stream.begunSessionId;
  // Without a word after its last tool it was stopped.
  stream.resultText = failure || answer.trim() === "" ? undefined : answer;
  const isLimit = failure?.class === "quota" || failure?.class === "rate_limit";
  const text = failure?.message ?? boundedText(answer);
  return [
    ...said,
    { kind: "usage", usage },
    ...(isLimit ? [{ kind: "rate_limited", resetAtMs: failure.resetAtMs } as const] : []),
    { kind: "result", isError: failure !== undefined, text },
  ];
}

/** Of an answer that was no answer the line before has told; the result says nothing more. */
function failureIn(stream: Stream, line: Fields): Stream["failure"] {
  const error = fieldsIn(line, "error");
  const text = textIn(error, "message");
  if (text === undefined && stream.failure) return stream.failure;
  return failureOf({ code: textIn(error, "type"), text: text ?? "" }, timeOf(line));
}

function timeOf(line: Fields): number | undefined {
  const atMs = Date.parse(textIn(line, "timestamp") ?? "");
  return Number.isNaN(atMs) ? undefined : atMs;
}

/** Cached tokens are a part of the input that it counts; thoughts are in the total alone. */
function usageOf(stats: Fields): Usage {
  const input = countIn(stats, "input_tokens");
  const outputTokens = countIn(stats, "output_tokens");
  const cacheReadTokens = Math.min(input, countIn(stats, "cached"));
  return {
    inputTokens: input - cacheReadTokens,
    cacheReadTokens,
    cacheWriteTokens: 0,
    outputTokens,
    reasoningTokens: Math.max(0, countIn(stats, "total_tokens") - input - outputTokens),
  };
}
