import type { AgentEvent } from "../adapter.ts";
import { boundedText, eventText, summaryLine } from "../bounds.ts";
import { asFields, fieldsIn, listIn, textIn, type Fields } from "../json-fields.ts";
import { toolSummary } from "../tool-summary.ts";

/** Kinds of items in which Codex does something; others are words. */
const TOOLS: ReadonlySet<string> = new Set([
  "command_execution",
  "file_change",
  "mcp_tool_call",
  "collab_tool_call",
  "web_search",
]);

export function isTool(item: Fields): boolean {
  return TOOLS.has(textIn(item, "type") ?? "");
}

export function toolIdOf(item: Fields): string {
  return boundedText(textIn(item, "id") ?? "");
}

export function toolStarted(item: Fields): AgentEvent {
  const name = boundedText(textIn(item, "tool") ?? textIn(item, "type") ?? "unknown");
  return { kind: "tool_started", toolId: toolIdOf(item), name, summary: summaryOf(item) };
}

export function toolEnded(item: Fields): AgentEvent {
  const status = textIn(item, "status");
  return {
    kind: "tool_ended",
    toolId: toolIdOf(item),
    isError: status === "failed" || status === "declined" || asFields(item["error"]) !== undefined,
    output: boundedText(outputOf(item)),
  };
}

/** What an item that is no tool says. */
export function wordEvents(item: Fields): readonly AgentEvent[] {
  const text = textIn(item, "text") ?? "";
  if (text.trim() === "") return [];
  switch (item["type"]) {
    case "agent_message":
      return [{ kind: "text", text: eventText(text) }];
    case "reasoning":
      return [{ kind: "thinking", text: eventText(text) }];
    // `error` is a warning, such as that of a model without metadata; `todo_list` a plan.
    default:
      return [];
  }
}

function summaryOf(item: Fields): string {
  const changes = listIn(item, "changes").map((change) => textIn(change, "path") ?? "");
  if (changes.length > 0) return summaryLine(changes.join(", "));
  const { command, query } = item;
  return toolSummary(asFields(item["arguments"]) ?? { command, query });
}

function outputOf(item: Fields): string {
  const error = textIn(fieldsIn(item, "error"), "message");
  const said = listIn(fieldsIn(item, "result"), "content").map(
    (part) => textIn(part, "text") ?? "",
  );
  return error ?? textIn(item, "aggregated_output") ?? said.join("\n");
}
