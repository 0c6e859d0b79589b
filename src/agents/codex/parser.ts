import type { Failure } from "../../core/failure.ts";
import type { AgentEvent, EarlierUse, StreamParser } from "../adapter.ts";
import { answerText, boundedText, withHeard, withMessage } from "../bounds.ts";
import { fieldsIn, textIn, type Fields } from "../json-fields.ts";
import { failureOf } from "./failure.ts";
import { isTool, toolEnded, toolIdOf, toolStarted, wordEvents } from "./item-events.ts";
import {
  createLineParser,
  nothingTold,
  type LineReaders,
  type StreamState,
} from "../json-lines.ts";
import { usageOfTurn } from "./spending.ts";

type Stream = StreamState & {
  readonly timeZone: string;
  readonly earlier: EarlierUse | undefined;
  /** Tools that were shown when they started; bounded by `OPEN_TOOLS_MAX`. */
  readonly openTools: Set<string>;
  answer: string | undefined;
};

const OPEN_TOOLS_MAX = 100;

const READERS: LineReaders<Stream> = {
  byType: new Map([
    ["thread.started", readThread],
    ["item.started", (stream, line) => startItem(stream, fieldsIn(line, "item"))],
    ["item.completed", (stream, line) => readItem(stream, fieldsIn(line, "item"))],
    ["turn.started", beginTurn],
    ["usage", readUsage],
    ["queued", () => []],
    ["heard", readHeard],
    ["turn.completed", readTurn],
    ["turn.failed", readFailedTurn],
    ["error", readError],
  ]),
};

/** Reads `codex exec --json`, and what the bridge to the app server prints, which is alike. */
export function createCodexParser(timeZone: string, earlier?: EarlierUse): StreamParser {
  const nothing = { timeZone, earlier, openTools: new Set<string>(), answer: undefined };
  return createLineParser<Stream>({ ...nothingTold(), ...nothing }, READERS);
}

function readThread(stream: Stream, line: Fields): readonly AgentEvent[] {
  const threadId = textIn(line, "thread_id");
  if (threadId === undefined) return [];
  const sessionId = boundedText(threadId);
  stream.sessionId = sessionId;
  return [{ kind: "session", sessionId, model: undefined }];
}

function startItem(stream: Stream, item: Fields): readonly AgentEvent[] {
  if (!isTool(item)) return [];
  const [oldest = ""] = stream.openTools;
  if (stream.openTools.size >= OPEN_TOOLS_MAX) stream.openTools.delete(oldest);
  stream.openTools.add(toolIdOf(item));
  return [toolStarted(item)];
}

function readItem(stream: Stream, item: Fields): readonly AgentEvent[] {
  const events = isTool(item) ? endItem(stream, item) : wordEvents(item);
  if (events.length === 0) return [];
  // What was in the way has passed.
  stream.failure = undefined;
  stream.hasOutput = true;
  const text = item["type"] === "agent_message" ? textIn(item, "text") : undefined;
  if (text !== undefined) {
    stream.answer = answerText(text);
    stream.lastMessages = withMessage(stream.lastMessages, text);
  }
  return events;
}

/** Some tools are only told of when they are done. */
function endItem(stream: Stream, item: Fields): readonly AgentEvent[] {
  const wasShown = stream.openTools.delete(toolIdOf(item));
  return wasShown ? [toolEnded(item)] : [toolStarted(item), toolEnded(item)];
}

/** What an earlier turn came to is not what the process comes to. */
function beginTurn(stream: Stream): readonly AgentEvent[] {
  if (!stream.isTurnOver) return [];
  stream.isTurnOver = false;
  stream.failure = undefined;
  stream.resultText = undefined;
  stream.answer = undefined;
  return [];
}

function readUsage(stream: Stream, line: Fields): readonly AgentEvent[] {
  stream.usage = usageOfTurn(fieldsIn(line, "usage"), stream.sessionId, stream.earlier);
  return [{ kind: "usage", usage: stream.usage }];
}

function readHeard(stream: Stream, line: Fields): readonly AgentEvent[] {
  stream.heard = withHeard(stream.heard, textIn(line, "id") ?? "");
  return [];
}

function readTurn(stream: Stream, line: Fields): readonly AgentEvent[] {
  const used = readUsage(stream, line);
  stream.isTurnOver = true;
  stream.failure = undefined;
  stream.resultText = stream.answer ?? "";
  return [...used, { kind: "result", isError: false, text: boundedText(stream.resultText) }];
}

function readFailedTurn(stream: Stream, line: Fields): readonly AgentEvent[] {
  const failure = failAs(stream, textIn(fieldsIn(line, "error"), "message") ?? "");
  stream.isTurnOver = true;
  return [{ kind: "result", isError: true, text: failure.message }];
}

/** `Reconnecting... 2/5 (why)`: no failure, Codex tries again by itself. */
const RECONNECTING = /^Reconnecting\.\.\. (\d+)?/;

function readError(stream: Stream, line: Fields): readonly AgentEvent[] {
  const message = textIn(line, "message") ?? "";
  const [isRetry, attempt] = RECONNECTING.exec(message) ?? [];
  if (isRetry !== undefined) {
    return [{ kind: "retrying", attempt: Number(attempt ?? 0), delayMs: 0 }];
  }
  const failure = failAs(stream, message);
  const limit = { kind: "rate_limited", resetAtMs: failure.resetAtMs } as const;
  return [
    ...(failure.class === "quota" ? [limit] : []),
    { kind: "error", class: failure.class, message: failure.message },
  ];
}

function failAs(stream: Stream, message: string): Failure {
  const failure = failureOf(message, { threadId: stream.sessionId, timeZone: stream.timeZone });
  stream.failure = failure;
  stream.resultText = undefined;
  return failure;
}
