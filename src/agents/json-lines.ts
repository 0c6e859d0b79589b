import { NO_USAGE } from "../core/usage.ts";
import type { AgentEvent, StreamParser, StreamReport } from "./adapter.ts";
import { boundedText } from "./bounds.ts";
import { fieldsOf, textIn, type Fields } from "./json-fields.ts";

/** A report in the making: what the lines so far add up to. */
export type StreamState = { -readonly [Key in keyof StreamReport]: StreamReport[Key] };

type LineReader<State> = (state: State, line: Fields) => readonly AgentEvent[];

/** What to do with lines of JSON, each of which names its type. */
export type LineReaders<State> = {
  readonly byType: ReadonlyMap<string, LineReader<State>>;
  /** Reads first what a line of any type tells. */
  readonly ofEach?: LineReader<State>;
};

/** The state of a stream that has told nothing yet. */
export function nothingTold(): StreamState {
  return {
    sessionId: undefined,
    usage: NO_USAGE,
    costUsd: undefined,
    failure: undefined,
    resultText: undefined,
    lastMessages: [],
    hasOutput: false,
  };
}

/**
 * A parser that keeps `state` by the readers. A type without a reader tells nothing: newer builds of
 * a CLI have more of them.
 */
export function createLineParser<State extends StreamState>(
  state: State,
  { byType, ofEach }: LineReaders<State>,
): StreamParser {
  const push = (text: string): readonly AgentEvent[] => {
    if (text.trim() === "") return [];
    const line = fieldsOf(text);
    const type = line && textIn(line, "type");
    if (!line || type === undefined) return [{ kind: "unrecognised", line: boundedText(text) }];
    return [...(ofEach?.(state, line) ?? []), ...(byType.get(type)?.(state, line) ?? [])];
  };
  return { push, report: () => reportOf(state) };
}

function reportOf(state: StreamState): StreamReport {
  const { sessionId, usage, costUsd, failure, resultText, lastMessages, hasOutput } = state;
  return { sessionId, usage, costUsd, failure, resultText, lastMessages, hasOutput };
}
