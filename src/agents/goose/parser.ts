import type { AgentEvent, StreamParser } from "../adapter.ts";
import { answerText, boundedText, eventText, withMessage } from "../bounds.ts";
import {
  amountIn,
  asFields,
  countIn,
  fieldsIn,
  listIn,
  textIn,
  type Fields,
} from "../json-fields.ts";
import {
  createLineParser,
  nothingTold,
  type LineReaders,
  type StreamState,
} from "../json-lines.ts";
import { withoutOverlap } from "../token-counts.ts";
import { toolSummary } from "../tool-summary.ts";
import { usualFailure } from "../usual-words.ts";

type Stream = StreamState & {
  /** What the model says now, and in which message: one may come in several lines. */
  saying: { readonly id: string | undefined; readonly text: string } | undefined;
};

const READERS: LineReaders<Stream> = {
  byType: new Map([
    ["message", readMessage],
    ["notification", () => []],
    ["error", readError],
    ["complete", readEnd],
  ]),
};

/** Reads `goose run --output-format stream-json`. */
export function createGooseParser(): StreamParser {
  return createLineParser<Stream>({ ...nothingTold(), saying: undefined }, READERS);
}

function readMessage(stream: Stream, line: Fields): readonly AgentEvent[] {
  const message = fieldsIn(line, "message");
  const isModel = textIn(message, "role") === "assistant";
  const id = textIn(message, "id");
  return listIn(message, "content").flatMap((block): readonly AgentEvent[] => {
    switch (block["type"]) {
      case "text":
        return isModel ? readText(stream, id, textIn(block, "text") ?? "") : [];
      case "thinking":
        return [{ kind: "thinking", text: eventText(textIn(block, "thinking") ?? "") }];
      case "toolRequest":
        return readToolRequest(stream, block);
      case "toolResponse":
        return [toolEnded(block)];
      default:
        return [];
    }
  });
}

function readText(stream: Stream, id: string | undefined, text: string): readonly AgentEvent[] {
  if (text === "") return [];
  const before = id !== undefined && stream.saying?.id === id ? stream.saying : undefined;
  const whole = answerText((before?.text ?? "") + text);
  stream.saying = { id, text: whole };
  const messages = before ? stream.lastMessages.slice(0, -1) : stream.lastMessages;
  stream.lastMessages = withMessage(messages, whole);
  stream.hasOutput = true;
  return [{ kind: "text", text: eventText(text) }];
}

function readToolRequest(stream: Stream, block: Fields): readonly AgentEvent[] {
  const call = fieldsIn(fieldsIn(block, "toolCall"), "value");
  stream.hasOutput = true;
  return [
    {
      kind: "tool_started",
      toolId: boundedText(textIn(block, "id") ?? ""),
      name: boundedText(textIn(call, "name") ?? "unknown"),
      summary: toolSummary(fieldsIn(call, "arguments")),
    },
  ];
}

function toolEnded(block: Fields): AgentEvent {
  const result = fieldsIn(block, "toolResult");
  const { value } = result;
  const parts = Array.isArray(value) ? { value } : (asFields(value) ?? {});
  const texts = [...listIn(parts, "value"), ...listIn(parts, "content")];
  const output = texts.map((part) => textIn(part, "text") ?? "").join("\n");
  return {
    kind: "tool_ended",
    toolId: boundedText(textIn(block, "id") ?? ""),
    isError: textIn(result, "status") === "error" || parts["isError"] === true,
    output: boundedText(output || (textIn(result, "error") ?? "")),
  };
}

function readError(stream: Stream, line: Fields): readonly AgentEvent[] {
  const failure = usualFailure("Goose", { text: textIn(line, "error") ?? "" });
  stream.failure = failure;
  return [{ kind: "error", class: failure.class, message: failure.message }];
}

/** What was read from a cache is in the input that it counts; a failure before it stands. */
function readEnd(stream: Stream, line: Fields): readonly AgentEvent[] {
  stream.usage = withoutOverlap({
    inputTokens: countIn(line, "input_tokens"),
    cacheReadTokens: countIn(line, "cache_read_input_tokens"),
    cacheWriteTokens: countIn(line, "cache_write_input_tokens"),
    outputTokens: countIn(line, "output_tokens"),
    reasoningTokens: 0,
  });
  stream.costUsd = amountIn(line, "cost_usd");
  if (!stream.failure) stream.resultText = stream.saying?.text;
  const text = stream.failure?.message ?? boundedText(stream.resultText ?? "");
  return [
    { kind: "usage", usage: stream.usage },
    ...(stream.costUsd === undefined ? [] : [{ kind: "cost", costUsd: stream.costUsd } as const]),
    { kind: "result", isError: stream.failure !== undefined, text },
  ];
}
