import * as z from "zod";
import {
  isUnfinished,
  jsonOf,
  textOfContent,
  type Answer,
  type Call,
  type Dialect,
  type ModelRequest,
} from "./dialect.ts";
import { TURN_USAGE } from "./script.ts";

/** OpenAI's Responses API. */
export const responsesDialect: Dialect = {
  read: readResponsesRequest,
  stream: responseStream,
  whole: (answer) => response(answer, "completed"),
  error: (_status, error) => ({ error: { code: error.type, ...error } }),
};

const schema = z.object({
  model: z.string(),
  stream: z.boolean().default(false),
  tools: z.array(z.unknown()).default([]),
  input: z.union([z.string(), z.array(z.object({ role: z.string().default("tool") }).loose())]),
});

function readResponsesRequest({ path, body, headers }: Call): ModelRequest | undefined {
  if (path !== "/v1/responses") return undefined;
  const { success, data } = schema.safeParse(jsonOf(body));
  if (!success) return undefined;
  const items = typeof data.input === "string" ? [] : data.input;
  const texts = items.map((item) => ({
    role: item.role,
    text: textOfContent(item["content"] ?? item["output"] ?? ""),
  }));
  const users = texts.filter(({ role }) => role === "user");
  return {
    model: data.model,
    hasTools: data.tools.length > 0,
    isStreamed: data.stream,
    texts,
    // What the user said comes after messages of the same role about the surroundings.
    prompt: users.map(({ text }) => text).join("\n"),
    headers,
  };
}

type Item = Readonly<Record<string, unknown>>;

function itemsOf({ turn, id }: Answer): readonly Item[] {
  const message = {
    type: "message",
    id: `item_${id}`,
    role: "assistant",
    status: "completed",
    content: [{ type: "output_text", text: turn.text, annotations: [] }],
  };
  const said = turn.text === undefined ? [] : [message];
  if (!("tool" in turn)) return said;
  const { tool, input } = turn;
  const call = { type: "function_call", id: `fc_${id}`, call_id: `call_${id}`, name: tool };
  return [...said, { ...call, arguments: JSON.stringify(input), status: "completed" }];
}

function responseStream(answer: Answer): string {
  const items = itemsOf(answer).flatMap((item, index) => itemEvents(item, index));
  const started = { type: "response.created", response: response(answer, "in_progress") };
  const ended = { type: "response.completed", response: response(answer, "completed") };
  const events = isUnfinished(answer.turn) ? [started, ...items] : [started, ...items, ended];
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

type StreamEvent = Item & { readonly type: string };

function itemEvents(item: Item, index: number): readonly StreamEvent[] {
  const place = { output_index: index, item_id: item["id"] };
  const done = { type: "response.output_item.done", ...place, item };
  const type = "response.output_item.added";
  if (item["type"] !== "message")
    return [{ type, ...place, item: { ...item, arguments: "" } }, done];
  const delta = { ...place, content_index: 0, delta: textOfContent(item["content"]) };
  return [
    { type, ...place, item: { ...item, content: [] } },
    { type: "response.output_text.delta", ...delta },
    done,
  ];
}

/** A response with what it used, in which cached tokens and thoughts are parts of the totals. */
function response(answer: Answer, status: "in_progress" | "completed"): unknown {
  const { input, cacheRead, cacheWrite, output, reasoning = 0 } = answer.turn.usage ?? TURN_USAGE;
  const inputTokens = input + cacheRead + cacheWrite;
  return {
    id: `resp_${answer.id}`,
    object: "response",
    status,
    model: answer.model,
    output: status === "completed" ? itemsOf(answer) : [],
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: inputTokens + output,
    },
  };
}
