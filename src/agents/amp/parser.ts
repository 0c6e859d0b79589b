import { addUsage, type Usage } from "../../core/usage.ts";
import type { AgentEvent, StreamParser } from "../adapter.ts";
import { readInit, readMessage, readResult } from "../claude-like.ts";
import { countIn, fieldsIn, type Fields } from "../json-fields.ts";
import {
  createLineParser,
  nothingTold,
  type LineReaders,
  type StreamState,
} from "../json-lines.ts";
import { toolResultEvents } from "../message-events.ts";
import { withoutOverlap } from "../token-counts.ts";

const READERS: LineReaders<StreamState> = {
  byType: new Map([
    ["system", readInit],
    ["assistant", readAssistant],
    ["user", (_stream, line) => toolResultEvents(fieldsIn(line, "message"))],
    ["result", (stream, line) => [readResult("Amp", stream, line)]],
  ]),
};

/** Reads `amp --execute --stream-json`. */
export function createAmpParser(): StreamParser {
  return createLineParser(nothingTold(), READERS);
}

/** Each message, also those of subagents, tells what its call of the model used. */
function readAssistant(stream: StreamState, line: Fields): readonly AgentEvent[] {
  const events = readMessage(stream, line);
  const usage = usageOf(fieldsIn(fieldsIn(line, "message"), "usage"));
  if (Object.values(usage).every((count) => count === 0)) return events;
  stream.usage = addUsage(stream.usage, usage);
  return [...events, { kind: "usage", usage: stream.usage }];
}

/** What was read from a cache and written to it is in the input here, other than in Claude's stream. */
function usageOf(usage: Fields): Usage {
  return withoutOverlap({
    inputTokens: countIn(usage, "input_tokens"),
    cacheReadTokens: countIn(usage, "cache_read_input_tokens"),
    cacheWriteTokens: countIn(usage, "cache_creation_input_tokens"),
    outputTokens: countIn(usage, "output_tokens"),
    reasoningTokens: 0,
  });
}
