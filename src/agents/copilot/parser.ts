import type { Failure } from "../../core/failure.ts";
import type { AgentEvent, StreamParser } from "../adapter.ts";
import { answerText, boundedText, eventText, withMessage } from "../bounds.ts";
import { fieldsIn, textIn, type Fields } from "../json-fields.ts";
import {
  createLineParser,
  nothingTold,
  type LineReaders,
  type StreamState,
} from "../json-lines.ts";
import { failureOf } from "./failure.ts";
import { toolEnded, toolStarted } from "./tool-events.ts";

type Stream = StreamState & {
  answer: string | undefined;
  /** How often the model was asked again since it last answered. */
  retries: number;
};

type Reader = (stream: Stream, data: Fields) => readonly AgentEvent[];

const READERS: LineReaders<Stream> = {
  byType: new Map([
    ["assistant.message", ofMainAgent(readMessage)],
    ["assistant.reasoning", ofMainAgent(readReasoning)],
    ["assistant.turn_retry", ofMainAgent(readRetry)],
    ["assistant.idle", ofMainAgent(readIdle)],
    ["abort", ofMainAgent(readAbort)],
    ["session.error", ofMainAgent(readError)],
    ["tool.execution_start", (_stream, line) => [toolStarted(fieldsIn(line, "data"))]],
    ["tool.execution_complete", readToolEnd],
    ["result", readResult],
  ]),
};

/** Reads `copilot --output-format json`; it tells no tokens. */
export function createCopilotParser(): StreamParser {
  return createLineParser<Stream>({ ...nothingTold(), answer: undefined, retries: 0 }, READERS);
}

/** What a subagent says and meets is no answer and no end of the session. */
function ofMainAgent(read: Reader): Reader {
  return (stream, line) =>
    textIn(line, "agentId") === undefined ? read(stream, fieldsIn(line, "data")) : [];
}

function readMessage(stream: Stream, data: Fields): readonly AgentEvent[] {
  // What was in the way has passed.
  stream.failure = undefined;
  stream.retries = 0;
  stream.hasOutput = true;
  const text = textIn(data, "content") ?? "";
  if (text.trim() === "") return [];
  stream.answer = answerText(text);
  stream.lastMessages = withMessage(stream.lastMessages, text);
  return [{ kind: "text", text: eventText(text) }];
}

function readReasoning(_stream: Stream, data: Fields): readonly AgentEvent[] {
  const text = textIn(data, "content") ?? "";
  return text.trim() === "" ? [] : [{ kind: "thinking", text: eventText(text) }];
}

function readRetry(stream: Stream): readonly AgentEvent[] {
  stream.retries += 1;
  return [{ kind: "retrying", attempt: stream.retries, delayMs: 0 }];
}

function readToolEnd(stream: Stream, line: Fields): readonly AgentEvent[] {
  stream.hasOutput = true;
  return [toolEnded(fieldsIn(line, "data"))];
}

function readError(stream: Stream, data: Fields): readonly AgentEvent[] {
  return failAs(stream, failureOf(data));
}

/** Its work was broken off; it then ends as if nothing were, with exit code 0. */
function readAbort(stream: Stream, data: Fields): readonly AgentEvent[] {
  const isTooDear = data["reason"] === "autopilot_credit_limit";
  return isTooDear
    ? failAs(stream, { class: "budget", message: "Copilot reached its limit of AI credits." })
    : failAs(stream, STOPPED);
}

function readIdle(stream: Stream, data: Fields): readonly AgentEvent[] {
  return data["aborted"] === true && !stream.failure ? failAs(stream, STOPPED) : [];
}

const STOPPED: Failure = {
  class: "process_crash",
  message: "Copilot was told to stop before it was done.",
};

function failAs(stream: Stream, failure: Failure): readonly AgentEvent[] {
  stream.failure = failure;
  const limit = { kind: "rate_limited", resetAtMs: undefined } as const;
  return [
    ...(failure.class === "quota" ? [limit] : []),
    { kind: "error", class: failure.class, message: failure.message },
  ];
}

/** The last line, and the first that names the session. */
function readResult(stream: Stream, line: Fields): readonly AgentEvent[] {
  const sessionId = boundedText(textIn(line, "sessionId") ?? "");
  stream.sessionId = sessionId || undefined;
  const isError = stream.failure !== undefined || line["exitCode"] !== 0;
  stream.resultText = isError ? undefined : (stream.answer ?? "");
  const text = stream.failure?.message ?? boundedText(stream.answer ?? "");
  return [
    ...(sessionId === "" ? [] : [{ kind: "session", sessionId, model: undefined } as const]),
    { kind: "result", isError, text },
  ];
}
