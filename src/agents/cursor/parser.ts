import { NO_USAGE } from "../../core/usage.ts";
import type { AgentEvent, StreamParser } from "../adapter.ts";
import { answerText, boundedText, eventText } from "../bounds.ts";
import { readInit, readMessage, readResult } from "../claude-like.ts";
import { asFields, countIn, fieldsIn, textIn, type Fields } from "../json-fields.ts";
import {
  createLineParser,
  nothingTold,
  type LineReaders,
  type StreamState,
} from "../json-lines.ts";
import { toolSummary } from "../tool-summary.ts";

type Stream = StreamState & { answer: string | undefined };

const READERS: LineReaders<Stream> = {
  byType: new Map([
    ["system", readInit],
    ["user", () => []],
    ["thinking", readThinking],
    ["assistant", readAssistant],
    ["tool_call", readTool],
    ["result", readEnd],
  ]),
};

/** Reads `cursor-agent --print --output-format stream-json`. */
export function createCursorParser(): StreamParser {
  return createLineParser<Stream>({ ...nothingTold(), answer: undefined }, READERS);
}

function readThinking(_stream: Stream, line: Fields): readonly AgentEvent[] {
  const text = textIn(line, "text") ?? "";
  return text.trim() === "" ? [] : [{ kind: "thinking", text: eventText(text) }];
}

function readAssistant(stream: Stream, line: Fields): readonly AgentEvent[] {
  const events = readMessage(stream, line);
  for (const event of events) if (event.kind === "text") stream.answer = answerText(event.text);
  return events;
}

/** `{"shellToolCall": {"args": …, "result": {"success": …}}}`, at its start and at its end. */
function readTool(stream: Stream, line: Fields): readonly AgentEvent[] {
  const [[kind, told] = ["", undefined]] = Object.entries(fieldsIn(line, "tool_call"));
  const call = asFields(told) ?? {};
  const toolId = boundedText(textIn(line, "call_id") ?? "");
  stream.hasOutput = true;
  if (textIn(line, "subtype") === "started") {
    const name = boundedText(kind.replace(/ToolCall$/, "") || "unknown");
    return [{ kind: "tool_started", toolId, name, summary: toolSummary(fieldsIn(call, "args")) }];
  }
  const result = fieldsIn(call, "result");
  const output = JSON.stringify(result["success"] ?? result["error"] ?? result["rejected"] ?? "");
  const isError = result["success"] === undefined;
  return [{ kind: "tool_ended", toolId, isError, output: boundedText(output) }];
}

/** Its `result` is everything that was said, one after the other: the answer is the last of it. */
function readEnd(stream: Stream, line: Fields): readonly AgentEvent[] {
  const told = fieldsIn(line, "usage");
  const end = readResult("Cursor", stream, line);
  if (!stream.failure) stream.resultText = stream.answer ?? stream.resultText;
  // Cached tokens are outside of the input here.
  stream.usage = {
    ...NO_USAGE,
    inputTokens: countIn(told, "inputTokens"),
    cacheReadTokens: countIn(told, "cacheReadTokens"),
    cacheWriteTokens: countIn(told, "cacheWriteTokens"),
    outputTokens: countIn(told, "outputTokens"),
  };
  return [{ kind: "usage", usage: stream.usage }, end];
}
