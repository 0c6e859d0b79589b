import type { AgentEvent } from "../adapter.ts";
import { boundedText, summaryLine } from "../bounds.ts";
import { asFields, fieldsIn, listIn, textIn, type Fields } from "../json-fields.ts";
import { toolSummary } from "../tool-summary.ts";

/** Whether an update tells that its tool is done. */
export function isToolOver(update: Fields): boolean {
  return update["status"] === "completed" || update["status"] === "failed";
}

export function toolIdOf(call: Fields): string {
  return boundedText(textIn(call, "toolCallId") ?? "");
}

/** A tool that has started, from whatever tells of it first. */
export function toolStarted(call: Fields): AgentEvent {
  const name = boundedText(textIn(call, "name") ?? textIn(call, "kind") ?? "tool");
  const title = summaryLine(textIn(call, "title") ?? "");
  const summary = toolSummary({ command: fieldsIn(call, "rawInput")["command"] }) || title;
  return { kind: "tool_started", toolId: toolIdOf(call), name, summary };
}

export function toolEnded(update: Fields): AgentEvent {
  return {
    kind: "tool_ended",
    toolId: toolIdOf(update),
    isError: update["status"] === "failed",
    output: boundedText(outputOf(update)),
  };
}

function outputOf(update: Fields): string {
  const texts = listIn(update, "content").map((part) => textIn(fieldsIn(part, "content"), "text"));
  const said = texts.filter((text) => text !== undefined).join("\n");
  if (said !== "") return said;
  const raw = update["rawOutput"];
  return typeof raw === "string" ? raw : (textIn(asFields(raw) ?? {}, "output") ?? "");
}
