import { NO_USAGE } from "../core/usage.ts";
import type { AgentEvent, StreamParser, StreamReport } from "./adapter.ts";
import { boundedText, summaryLine } from "./bounds.ts";
import { fieldsOf, textIn, type Fields } from "./json-fields.ts";

/** A report in the making: what the lines so far add up to. */
export type StreamState = { -readonly [Key in keyof StreamReport]: StreamReport[Key] };

export type LineReader<State> = (state: State, line: Fields) => readonly AgentEvent[];

/** What to do with lines of JSON, each of which names its type. */
export type LineReaders<State> = {
  /** Where a line names it; in its field `type` without this. */
  readonly typeOf?: (line: Fields) => string | undefined;
  readonly byType: ReadonlyMap<string, LineReader<State>>;
  /** Reads first what a line of any type tells. */
  readonly ofEach?: LineReader<State>;
};

/** The state of a stream that has told nothing yet. */
export function nothingTold(): StreamState {
  return {
    sessionId: undefined,
    model: undefined,
    usage: NO_USAGE,
    costUsd: undefined,
    failure: undefined,
    resultText: undefined,
    lastMessages: [],
    hasOutput: false,
    strangeLine: undefined,
    heard: [],
    isTurnOver: false,
  };
}

/**
 * A parser that keeps `state` by the readers. A type without a reader tells nothing: newer builds of
 * a CLI have more of them. The last line of such a type is kept for who wonders that nothing came.
 */
export function createLineParser<State extends StreamState>(
  state: State,
  { typeOf = (line) => textIn(line, "type"), byType, ofEach }: LineReaders<State>,
): StreamParser {
  const push = (text: string): readonly AgentEvent[] => {
    if (text.trim() === "") return [];
    const line = fieldsOf(text);
    const type = line && typeOf(line);
    const read = byType.get(type ?? "");
    if (!read) state.strangeLine = summaryLine(text);
    if (!line || type === undefined) return [{ kind: "unrecognised", line: boundedText(text) }];
    const events = [...(ofEach?.(state, line) ?? []), ...(read?.(state, line) ?? [])];
    for (const event of events) if (event.kind === "session") state.model ??= event.model;
    return events;
  };
  return { push, report: () => reportOf(state) };
}

function reportOf(state: StreamState): StreamReport {
  const { sessionId, model, usage, costUsd, failure, resultText } = state;
  const { lastMessages, hasOutput, strangeLine, heard, isTurnOver } = state;
  const told = { sessionId, model, usage, costUsd, failure, resultText };
  return { ...told, lastMessages, hasOutput, strangeLine, heard, isTurnOver };
}
