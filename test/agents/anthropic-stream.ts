import type { ServerResponse } from "node:http";
import { USAGE, type Turn, type TurnUsage } from "./scripted-endpoint.ts";

let counter = 0;

/** Answers one turn as Anthropic's Messages API streams it. */
export function answerTurn(response: ServerResponse, turn: Turn, model: string): void {
  if ("status" in turn) {
    const error = turn.error ?? { type: "api_error", message: `scripted ${turn.status}` };
    response.writeHead(turn.status, { "content-type": "application/json", ...turn.headers });
    response.end(JSON.stringify({ type: "error", error }));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  if ("garbage" in turn) {
    response.end(turn.garbage);
    return;
  }
  counter += 1;
  const usage = turn.usage ?? USAGE;
  send(response, "message_start", { message: message(model, usage) });
  if ("hangs" in turn) return;
  sendContent(response, turn);
  const stop_reason = "tool" in turn ? "tool_use" : "end_turn";
  send(response, "message_delta", {
    delta: { stop_reason, stop_sequence: null },
    usage: { output_tokens: usage.output },
  });
  send(response, "message_stop", {});
  response.end();
}

function message(model: string, usage: TurnUsage): object {
  return {
    id: `msg_scripted${counter}`,
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: {
      input_tokens: usage.input,
      cache_creation_input_tokens: usage.cacheWrite,
      cache_read_input_tokens: usage.cacheRead,
      output_tokens: 1,
    },
  };
}

function sendContent(
  response: ServerResponse,
  turn: Extract<Turn, { text: string } | { tool: string }>,
): void {
  const isTool = "tool" in turn;
  send(response, "content_block_start", {
    index: 0,
    content_block: isTool
      ? { type: "tool_use", id: `toolu_scripted${counter}`, name: turn.tool, input: {} }
      : { type: "text", text: "" },
  });
  send(response, "content_block_delta", {
    index: 0,
    delta: isTool
      ? { type: "input_json_delta", partial_json: JSON.stringify(turn.input) }
      : { type: "text_delta", text: turn.text },
  });
  send(response, "content_block_stop", { index: 0 });
}

function send(response: ServerResponse, type: string, fields: object): void {
  response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
}
