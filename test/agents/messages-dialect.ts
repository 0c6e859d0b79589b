import { isUnfinished, type Answer, type AnswerTurn, type Dialect } from "./dialect.ts";
import { readMessagesRequest } from "./messages-request.ts";
import { TURN_USAGE, type TurnUsage } from "./script.ts";

/** Anthropic's Messages API. */
export const messagesDialect: Dialect = {
  read: readMessagesRequest,
  stream: messageStream,
  whole: wholeMessage,
  error: (_status, error) => ({ type: "error", error }),
};

type StreamEvent = Readonly<Record<string, unknown>> & { readonly type: string };

/** A turn as the server-sent events of the Messages API; one that hangs ends before its message. */
function messageStream({ turn, id, model }: Answer): string {
  const usage = turn.usage ?? TURN_USAGE;
  const blocks = blocksOf(turn, id).flatMap((block, index) => blockEvents(block, index));
  const beginning = [messageStart(usage, id, model), ...blocks];
  const events = isUnfinished(turn) ? beginning : [...beginning, ...messageEnd(turn, usage)];
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

/** The same turn as one message, for a client that wants no stream. */
function wholeMessage({ turn, id, model }: Answer): unknown {
  const usage = turn.usage ?? TURN_USAGE;
  return {
    ...emptyMessage(id, model),
    content: blocksOf(turn, id),
    stop_reason: stopReasonOf(turn),
    usage: wireUsage(usage, usage.output),
  };
}

function emptyMessage(id: string, model: string): object {
  return { id, type: "message", role: "assistant", model, content: [], stop_sequence: null };
}

function stopReasonOf(turn: AnswerTurn): string {
  return "tool" in turn ? "tool_use" : "end_turn";
}

function messageStart(usage: TurnUsage, id: string, model: string): StreamEvent {
  const message = {
    ...emptyMessage(id, model),
    stop_reason: null,
    usage: wireUsage(usage, Math.min(1, usage.output)),
  };
  return { type: "message_start", message };
}

type Block =
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "tool_use";
      readonly id: string;
      readonly name: string;
      readonly input: Readonly<Record<string, unknown>>;
    };

function blocksOf(turn: AnswerTurn, id: string): Block[] {
  const text: Block[] = turn.text === undefined ? [] : [{ type: "text", text: turn.text }];
  if (!("tool" in turn)) return text;
  return [...text, { type: "tool_use", id: `toolu_${id}`, name: turn.tool, input: turn.input }];
}

function blockEvents(block: Block, index: number): StreamEvent[] {
  const isText = block.type === "text";
  const start = isText ? { type: "text", text: "" } : { ...block, input: {} };
  const delta = isText
    ? { type: "text_delta", text: block.text }
    : { type: "input_json_delta", partial_json: JSON.stringify(block.input) };
  return [
    { type: "content_block_start", index, content_block: start },
    { type: "content_block_delta", index, delta },
    { type: "content_block_stop", index },
  ];
}

function messageEnd(turn: AnswerTurn, usage: TurnUsage): StreamEvent[] {
  return [
    {
      type: "message_delta",
      delta: { stop_reason: stopReasonOf(turn), stop_sequence: null },
      usage: wireUsage(usage, usage.output),
    },
    { type: "message_stop" },
  ];
}

function wireUsage(usage: TurnUsage, output: number): Readonly<Record<string, number>> {
  return {
    input_tokens: usage.input,
    cache_read_input_tokens: usage.cacheRead,
    cache_creation_input_tokens: usage.cacheWrite,
    output_tokens: output,
  };
}
