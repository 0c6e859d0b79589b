import type { AgentEvent } from "../adapter.ts";
import { boundedText } from "../bounds.ts";
import { countIn, fieldsIn, textIn, type Fields } from "../json-fields.ts";
import { toolSummary } from "../tool-summary.ts";

export function toolStarted(data: Fields): AgentEvent {
  return {
    kind: "tool_started",
    toolId: toolIdOf(data),
    name: boundedText(textIn(data, "toolName") ?? "unknown"),
    summary: toolSummary(fieldsIn(data, "arguments")),
  };
}

/** A command that fails is a tool that succeeded in running it, so its exit code is asked, too. */
export function toolEnded(data: Fields): AgentEvent {
  const error = textIn(fieldsIn(data, "error"), "message");
  return {
    kind: "tool_ended",
    toolId: toolIdOf(data),
    isError: data["success"] === false || countIn(fieldsIn(data, "shellExecution"), "exitCode") > 0,
    output: boundedText(textIn(fieldsIn(data, "result"), "content") ?? error ?? ""),
  };
}

function toolIdOf(data: Fields): string {
  return boundedText(textIn(data, "toolCallId") ?? "");
}
