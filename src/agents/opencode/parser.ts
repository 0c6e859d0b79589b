import { wholeNanos } from "../../core/price.ts";
import { addUsage, type Usage } from "../../core/usage.ts";
import type { AgentEvent, StreamParser } from "../adapter.ts";
import { answerText, boundedText, eventText, withMessage } from "../bounds.ts";
import { amountIn, countIn, fieldsIn, textIn, type Fields } from "../json-fields.ts";
import {
  createLineParser,
  nothingTold,
  type LineReaders,
  type StreamState,
} from "../json-lines.ts";
import { toolSummary } from "../tool-summary.ts";
import { failureOf } from "./failure.ts";

type Stream = StreamState & { answer: string | undefined };

const READERS: LineReaders<Stream> = {
  // Every line names the session.
  ofEach: readSession,
  byType: new Map([
    ["text", (stream, line) => readText(stream, fieldsIn(line, "part"))],
    ["reasoning", (_stream, line) => readReasoning(fieldsIn(line, "part"))],
    ["tool_use", (stream, line) => readTool(stream, fieldsIn(line, "part"))],
    ["step_finish", (stream, line) => readStep(stream, fieldsIn(line, "part"))],
    ["error", readError],
  ]),
};

/** Reads `opencode run --format json`. */
export function createOpencodeParser(): StreamParser {
  return createLineParser<Stream>({ ...nothingTold(), answer: undefined }, READERS);
}

function readSession(stream: Stream, line: Fields): readonly AgentEvent[] {
  const told = textIn(line, "sessionID");
  if (told === undefined || stream.sessionId !== undefined) return [];
  const sessionId = boundedText(told);
  stream.sessionId = sessionId;
  return [{ kind: "session", sessionId, model: undefined }];
}

function readText(stream: Stream, part: Fields): readonly AgentEvent[] {
  const text = textIn(part, "text") ?? "";
  // What OpenCode itself puts into a conversation is nothing that the agent said.
  if (text.trim() === "" || part["synthetic"] === true) return [];
  stream.hasOutput = true;
  stream.answer = answerText(text);
  stream.lastMessages = withMessage(stream.lastMessages, text);
  return [{ kind: "text", text: eventText(text) }];
}

function readReasoning(part: Fields): readonly AgentEvent[] {
  const text = textIn(part, "text") ?? "";
  return text.trim() === "" ? [] : [{ kind: "thinking", text: eventText(text) }];
}

/** A tool is told of when it has ended, and only then. */
function readTool(stream: Stream, part: Fields): readonly AgentEvent[] {
  const state = fieldsIn(part, "state");
  const toolId = boundedText(textIn(part, "callID") ?? "");
  const name = boundedText(textIn(part, "tool") ?? "unknown");
  const output = textIn(state, "output") ?? textIn(state, "error") ?? "";
  stream.hasOutput = true;
  return [
    { kind: "tool_started", toolId, name, summary: toolSummary(fieldsIn(state, "input")) },
    {
      kind: "tool_ended",
      toolId,
      isError: textIn(state, "status") === "error",
      output: boundedText(output),
    },
  ];
}

/** A step is one call of the model; the last one ends the work, and no other line says so. */
function readStep(stream: Stream, part: Fields): readonly AgentEvent[] {
  stream.failure = undefined;
  stream.usage = addUsage(stream.usage, usageOf(fieldsIn(part, "tokens")));
  const costUsd = amountIn(part, "cost");
  if (costUsd !== undefined) stream.costUsd = wholeNanos((stream.costUsd ?? 0) + costUsd);
  const isLast = ["stop", "length"].includes(textIn(part, "reason") ?? "");
  stream.resultText = isLast ? (stream.answer ?? "") : undefined;
  const cost = stream.costUsd;
  return [
    { kind: "usage", usage: stream.usage },
    ...(cost === undefined ? [] : [{ kind: "cost", costUsd: cost } as const]),
    ...(isLast
      ? [{ kind: "result", isError: false, text: boundedText(stream.resultText ?? "") } as const]
      : []),
  ];
}

function readError(stream: Stream, line: Fields): readonly AgentEvent[] {
  const failure = failureOf(fieldsIn(line, "error"));
  stream.failure = failure;
  stream.resultText = undefined;
  return [{ kind: "error", class: failure.class, message: failure.message }];
}

/** Cached tokens are not a part of the input that OpenCode counts. */
function usageOf(tokens: Fields): Usage {
  const cache = fieldsIn(tokens, "cache");
  return {
    inputTokens: countIn(tokens, "input"),
    cacheReadTokens: countIn(cache, "read"),
    cacheWriteTokens: countIn(cache, "write"),
    outputTokens: countIn(tokens, "output"),
    reasoningTokens: countIn(tokens, "reasoning"),
  };
}
