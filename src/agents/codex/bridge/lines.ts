import { fieldsIn, listIn, textIn, type Fields } from "../../json-fields.ts";

/** What the bridge prints: lines as those of `codex exec --json`, and some that it has not. */
export type BridgeLine =
  | { readonly type: "thread.started"; readonly thread_id: string }
  | { readonly type: "turn.started" }
  | { readonly type: "item.started" | "item.completed"; readonly item: object }
  | { readonly type: "turn.completed"; readonly usage: object }
  | { readonly type: "turn.failed"; readonly error: { readonly message: string } }
  | { readonly type: "error"; readonly message: string }
  /** What the thread has used so far, in the middle of a turn. */
  | { readonly type: "usage"; readonly usage: object }
  /** Codex has a message, and takes it in with its next call of the model. */
  | { readonly type: "queued"; readonly id: string }
  /** A message has gone into a turn. */
  | { readonly type: "heard"; readonly id: string };

/** Prints a line. */
export type Say = (line: BridgeLine) => void;

/** An item in the words of `codex exec`; `undefined` for what is nothing that was done or said. */
export function execItem(item: Fields): object | undefined {
  const { id, tool, result, error } = item;
  const status = textIn(item, "status") === "inProgress" ? "in_progress" : item["status"];
  switch (item["type"]) {
    case "agentMessage":
      return { id, type: "agent_message", text: item["text"] };
    case "reasoning":
      return { id, type: "reasoning", text: thoughtOf(item) };
    case "commandExecution": {
      const { command, aggregatedOutput, exitCode } = item;
      const ran = { command, aggregated_output: aggregatedOutput ?? "", exit_code: exitCode };
      return { id, type: "command_execution", ...ran, status };
    }
    case "fileChange": {
      const changes = listIn(item, "changes").map((change) => ({
        path: change["path"],
        kind: textIn(fieldsIn(change, "kind"), "type"),
      }));
      return { id, type: "file_change", changes, status };
    }
    case "mcpToolCall": {
      const { server, arguments: given } = item;
      const called = { server, tool, arguments: given, result, error };
      return { id, type: "mcp_tool_call", ...called, status };
    }
    case "collabAgentToolCall":
      return {
        id,
        type: "collab_tool_call",
        tool,
        arguments: { prompt: item["prompt"] },
        status,
      };
    case "webSearch":
      return { id, type: "web_search", query: item["query"] };
    default:
      return undefined;
  }
}

function thoughtOf({ summary, content }: Fields): string {
  const [told, whole] = [summary, content].map((parts) => (Array.isArray(parts) ? parts : []));
  return [...(told?.length ? told : (whole ?? []))].map(String).join("\n\n");
}

/** A total of tokens in the words of `codex exec`. */
export function execUsage(total: Fields): object {
  return {
    input_tokens: total["inputTokens"],
    cached_input_tokens: total["cachedInputTokens"],
    cache_write_input_tokens: total["cacheWriteInputTokens"],
    output_tokens: total["outputTokens"],
    reasoning_output_tokens: total["reasoningOutputTokens"],
  };
}

/** What went wrong; of what Codex tries again, in the words by which `codex exec` says that it does. */
export function execError(params: Fields): string {
  const error = fieldsIn(params, "error");
  const message = textIn(error, "message") ?? "";
  if (params["willRetry"] !== true) return message;
  const why = textIn(error, "additionalDetails");
  const told = why === undefined ? message : `${message} (${why})`;
  return told.startsWith("Reconnecting...") ? told : `Reconnecting... ${told}`;
}

/** How a turn has ended. */
export function turnEnd(turn: Fields, usage: object): BridgeLine {
  if (turn["status"] === "completed") return { type: "turn.completed", usage };
  const message = textIn(fieldsIn(turn, "error"), "message");
  const why = turn["status"] === "interrupted" ? "The turn was interrupted." : (message ?? "");
  return { type: "turn.failed", error: { message: why } };
}
