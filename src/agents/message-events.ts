import type { AgentEvent } from "./adapter.ts";
import { boundedText, eventText } from "./bounds.ts";
import { fieldsIn, listIn, textIn, type Fields } from "./json-fields.ts";
import { toolSummary } from "./tool-summary.ts";

/** What a model's message says and does: one event for each content block. */
export function messageEvents(message: Fields): readonly AgentEvent[] {
  return listIn(message, "content").flatMap((block): readonly AgentEvent[] => {
    switch (block["type"]) {
      case "text":
        return textEvents("text", textIn(block, "text"));
      case "thinking":
        return textEvents("thinking", textIn(block, "thinking"));
      case "tool_use":
        return [toolStarted(block)];
      default:
        return [];
    }
  });
}

/** How tools ended, from the message that gives their results to the model. */
export function toolResultEvents(message: Fields): readonly AgentEvent[] {
  return listIn(message, "content")
    .filter((block) => block["type"] === "tool_result")
    .map((block) => ({
      kind: "tool_ended",
      toolId: textIn(block, "tool_use_id") ?? "",
      isError: block["is_error"] === true,
      output: boundedText(toolOutput(block)),
    }));
}

function textEvents(kind: "text" | "thinking", text: string | undefined): readonly AgentEvent[] {
  return text === undefined || text.trim() === "" ? [] : [{ kind, text: eventText(text) }];
}

function toolStarted(block: Fields): AgentEvent {
  return {
    kind: "tool_started",
    toolId: textIn(block, "id") ?? "",
    name: textIn(block, "name") ?? "unknown",
    summary: toolSummary(fieldsIn(block, "input")),
  };
}

function toolOutput(block: Fields): string {
  const content = textIn(block, "content");
  if (content !== undefined) return content;
  return listIn(block, "content")
    .map((part) => textIn(part, "text") ?? "")
    .join("\n");
}
