import type { AgentEvent } from "./adapter.ts";
import { answerText, boundedText, withMessage } from "./bounds.ts";
import { fieldsIn, textIn, type Fields } from "./json-fields.ts";
import type { StreamState } from "./json-lines.ts";
import { messageEvents } from "./message-events.ts";
import { usualFailure } from "./usual-words.ts";

/** `system/init` of the CLIs that print lines as Claude Code does. */
export function readInit(stream: StreamState, line: Fields): readonly AgentEvent[] {
  const told = textIn(line, "session_id");
  if (textIn(line, "subtype") !== "init" || told === undefined) return [];
  stream.sessionId = boundedText(told);
  return [{ kind: "session", sessionId: stream.sessionId, model: textIn(line, "model") }];
}

/** What the model says and does; a subagent's words are its parent's business, and no message. */
export function readMessage(stream: StreamState, line: Fields): readonly AgentEvent[] {
  const events = messageEvents(fieldsIn(line, "message"));
  stream.hasOutput ||= events.length > 0;
  if (textIn(line, "parent_tool_use_id") !== undefined) return events;
  for (const event of events) {
    if (event.kind === "text") stream.lastMessages = withMessage(stream.lastMessages, event.text);
  }
  return events;
}

/** The end, judged by `is_error`: a subtype of `success` has been seen on failures. */
export function readResult(agent: string, stream: StreamState, line: Fields): AgentEvent {
  stream.sessionId ??= textIn(line, "session_id");
  const said = textIn(line, "result") ?? "";
  const isError =
    line["is_error"] === true || (textIn(line, "subtype")?.startsWith("error") ?? false);
  const text = textIn(line, "error") ?? textIn(fieldsIn(line, "error"), "message") ?? said;
  stream.failure = isError ? usualFailure(agent, { text }) : undefined;
  stream.resultText = stream.failure ? undefined : answerText(said);
  return { kind: "result", isError, text: stream.failure?.message ?? boundedText(said) };
}
