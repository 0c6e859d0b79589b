import {
  isUnfinished,
  readMessages,
  type Answer,
  type Call,
  type Dialect,
  type ModelRequest,
} from "./dialect.ts";
import { TURN_USAGE } from "./script.ts";

/** OpenAI's Chat Completions API. */
export const chatDialect: Dialect = {
  read: readChatRequest,
  stream: chatStream,
  whole: wholeChat,
  error: (_status, error) => ({ error: { code: error.type, param: null, ...error } }),
};

function readChatRequest(call: Call): ModelRequest | undefined {
  const request = call.path === "/v1/chat/completions" ? readMessages(call) : undefined;
  const users = request?.texts.filter(({ role }) => role === "user") ?? [];
  return request && { ...request, prompt: users.map(({ text }) => text).join("\n") };
}

function chatStream(answer: Answer): string {
  const { turn } = answer;
  const chunk = (delta: unknown, finish: string | null = null): object => ({
    ...head(answer, "chat.completion.chunk"),
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const said = turn.text === undefined ? [] : [chunk({ content: turn.text })];
  const calls = toolCalls(answer).map((call) => chunk({ tool_calls: [{ index: 0, ...call }] }));
  const beginning = [chunk({ role: "assistant", content: "" }), ...said, ...calls];
  const end = [
    chunk({}, finishReason(answer)),
    { ...head(answer, "chat.completion.chunk"), choices: [], usage: wireUsage(answer) },
  ];
  const lines = (isUnfinished(turn) ? beginning : [...beginning, ...end]).map((event) =>
    JSON.stringify(event),
  );
  const all = isUnfinished(turn) ? lines : [...lines, "[DONE]"];
  return all.map((line) => `data: ${line}\n\n`).join("");
}

function wholeChat(answer: Answer): unknown {
  const calls = toolCalls(answer);
  const message = {
    role: "assistant",
    content: answer.turn.text ?? null,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  return {
    ...head(answer, "chat.completion"),
    choices: [{ index: 0, message, finish_reason: finishReason(answer) }],
    usage: wireUsage(answer),
  };
}

function head({ id, model }: Answer, object: string): object {
  return { id, object, created: 0, model };
}

function toolCalls({ turn, id }: Answer): readonly object[] {
  if (!("tool" in turn)) return [];
  const call = { name: turn.tool, arguments: JSON.stringify(turn.input) };
  return [{ id: `call_${id}`, type: "function", function: call }];
}

function finishReason({ turn }: Answer): string {
  return "tool" in turn ? "tool_calls" : "stop";
}

/** What was used; the cached tokens are a part of the prompt's. */
function wireUsage({ turn }: Answer): object {
  const { input, cacheRead, cacheWrite, output, reasoning = 0 } = turn.usage ?? TURN_USAGE;
  const promptTokens = input + cacheRead + cacheWrite;
  return {
    prompt_tokens: promptTokens,
    prompt_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
    completion_tokens: output,
    completion_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: promptTokens + output,
  };
}
