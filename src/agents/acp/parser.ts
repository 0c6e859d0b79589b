import type { Failure } from "../../core/failure.ts";
import type { AgentEvent, EarlierUse, StreamParser } from "../adapter.ts";
import { answerText, boundedText, eventText, withHeard, withMessage } from "../bounds.ts";
import { fieldsIn, textIn, type Fields } from "../json-fields.ts";
import {
  createLineParser,
  nothingTold,
  type LineReaders,
  type StreamState,
} from "../json-lines.ts";
import { failureIn, failureOfStop } from "./failure.ts";
import {
  costSoFar,
  countCost,
  countPiece,
  countTurn,
  nothingSpent,
  usageSoFar,
  type Spending,
} from "./spending.ts";
import { isToolOver, toolEnded, toolIdOf, toolStarted } from "./tool-events.ts";

type Kind = "text" | "thinking";

type Stream = StreamState & {
  readonly spending: Spending;
  canResume: boolean;
  /** The session that has begun; one to go on with only when something was done in it. */
  begunSessionId: string | undefined;
  /** What the agent says or thinks now, as far as it has come: it comes in pieces. */
  saying: { readonly kind: Kind; readonly messageId: string; readonly text: string } | undefined;
  /** The last messages without that one. */
  saidBefore: readonly string[];
  /** The last thing it said in the turn at work. */
  answer: string;
  /** Tools that were shown when they started; bounded by `OPEN_TOOLS_MAX`. */
  readonly openTools: Set<string>;
};

const OPEN_TOOLS_MAX = 100;

const READERS: LineReaders<Stream> = {
  byType: new Map([
    ["agent", readAgent],
    ["session", readSession],
    ["heard", readHeard],
    ["update", readUpdate],
    ["permission", readPermission],
    ["turn", readTurn],
    ["failed", readFailed],
  ]),
};

/** Reads what the bridge tells of its agent. */
export function createAcpParser(earlier?: EarlierUse): StreamParser {
  return createLineParser<Stream>(
    {
      ...nothingTold(),
      spending: nothingSpent(earlier),
      canResume: false,
      begunSessionId: undefined,
      saying: undefined,
      saidBefore: [],
      answer: "",
      openTools: new Set(),
    },
    READERS,
  );
}

function readAgent(stream: Stream, line: Fields): readonly AgentEvent[] {
  stream.canResume = line["canResume"] === true;
  return [];
}

function readSession(stream: Stream, line: Fields): readonly AgentEvent[] {
  const told = textIn(line, "sessionId");
  if (told === undefined) return [];
  const sessionId = boundedText(told);
  stream.begunSessionId = sessionId;
  return [{ kind: "session", sessionId, model: textIn(line, "model") }];
}

/** A message has gone into a turn. What an earlier turn came to is not what the process comes to. */
function readHeard(stream: Stream, line: Fields): readonly AgentEvent[] {
  stream.heard = withHeard(stream.heard, textIn(line, "id") ?? "");
  if (stream.isTurnOver) {
    stream.isTurnOver = false;
    stream.failure = undefined;
    stream.resultText = undefined;
  }
  return [];
}

function readUpdate(stream: Stream, line: Fields): readonly AgentEvent[] {
  const update = fieldsIn(fieldsIn(line, "params"), "update");
  switch (update["sessionUpdate"]) {
    case "agent_message_chunk":
      return readPiece(stream, update, "text");
    case "agent_thought_chunk":
      return readPiece(stream, update, "thinking");
    case "tool_call":
    case "tool_call_update":
      return readTool(stream, update);
    case "usage_update":
      return readCost(stream, update);
    // Plans, modes, commands: nothing that was done.
    default:
      return [];
  }
}

function readPiece(stream: Stream, update: Fields, kind: Kind): readonly AgentEvent[] {
  const spent = countPiece(stream.spending, update) ? [usageEvent(stream)] : [];
  const text = textIn(fieldsIn(update, "content"), "text") ?? "";
  if (text === "") return spent;
  const messageId = textIn(update, "messageId") ?? "";
  const { saying } = stream;
  const isSame = saying?.kind === kind && saying.messageId === messageId;
  const before = isSame ? [] : endMessage(stream);
  const whole = answerText(isSame ? saying.text + text : text);
  stream.saying = { kind, messageId, text: whole };
  stream.hasOutput = true;
  if (kind === "text") {
    stream.answer = whole;
    stream.lastMessages = withMessage(stream.saidBefore, whole);
  }
  return [...before, ...spent];
}

/** Tells the message that is over, if there was one. */
function endMessage(stream: Stream): readonly AgentEvent[] {
  const { saying } = stream;
  stream.saying = undefined;
  stream.saidBefore = stream.lastMessages;
  if (!saying || saying.text.trim() === "") return [];
  return [{ kind: saying.kind, text: eventText(saying.text) }];
}

function readTool(stream: Stream, update: Fields): readonly AgentEvent[] {
  const started = openTool(stream, update);
  if (!isToolOver(update)) return started;
  stream.openTools.delete(toolIdOf(update));
  keepSession(stream);
  return [...started, toolEnded(update)];
}

/** Shows a tool once: some are told of first when permission is asked, or when they are done. */
function openTool(stream: Stream, call: Fields): readonly AgentEvent[] {
  const toolId = toolIdOf(call);
  if (stream.openTools.has(toolId)) return [];
  const [oldest = ""] = stream.openTools;
  if (stream.openTools.size >= OPEN_TOOLS_MAX) stream.openTools.delete(oldest);
  stream.openTools.add(toolId);
  stream.hasOutput = true;
  stream.answer = "";
  return [...endMessage(stream), toolStarted(call)];
}

/** Some agents keep no session in which nothing has gone well, and refuse to go on with it. */
function keepSession(stream: Stream): void {
  if (stream.canResume) stream.sessionId = stream.begunSessionId;
}

function readCost(stream: Stream, update: Fields): readonly AgentEvent[] {
  if (!countCost(stream.spending, update)) return [];
  stream.costUsd = costSoFar(stream.spending);
  return stream.costUsd === undefined ? [] : [{ kind: "cost", costUsd: stream.costUsd }];
}

function usageEvent(stream: Stream): AgentEvent {
  stream.usage = usageSoFar(stream.spending);
  return { kind: "usage", usage: stream.usage };
}

function readPermission(stream: Stream, line: Fields): readonly AgentEvent[] {
  const call = fieldsIn(line, "toolCall");
  const tool = boundedText(textIn(call, "title") ?? toolIdOf(call));
  const requestId = boundedText(textIn(line, "requestId") ?? "");
  return [...openTool(stream, call), { kind: "permission_requested", requestId, tool }];
}

function readTurn(stream: Stream, line: Fields): readonly AgentEvent[] {
  const result = fieldsIn(line, "result");
  const said = endMessage(stream);
  countTurn(stream.spending, result);
  const { answer, hasOutput } = stream;
  stream.answer = "";
  stream.isTurnOver = true;
  stream.failure = failureOfStop(textIn(result, "stopReason"));
  // Some end a turn as if it were done when their provider never answered.
  stream.resultText = stream.failure || !hasOutput ? undefined : answer;
  if (!stream.failure) keepSession(stream);
  const text = stream.failure?.message ?? boundedText(answer);
  const isError = stream.failure !== undefined;
  return [...said, usageEvent(stream), { kind: "result", isError, text }];
}

function readFailed(stream: Stream, line: Fields): readonly AgentEvent[] {
  const failure = failureIn(line);
  stream.failure = failure;
  stream.resultText = undefined;
  stream.isTurnOver = true;
  return [...endMessage(stream), ...limitEvents(failure), ...endEvents(failure)];
}

function limitEvents({ class: failureClass, resetAtMs }: Failure): readonly AgentEvent[] {
  const isLimit = failureClass === "quota" || failureClass === "rate_limit";
  return isLimit ? [{ kind: "rate_limited", resetAtMs }] : [];
}

function endEvents({ class: failureClass, message }: Failure): readonly AgentEvent[] {
  return [
    { kind: "error", class: failureClass, message },
    { kind: "result", isError: true, text: message },
  ];
}
