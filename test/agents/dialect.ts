import * as z from "zod";
import type { IncomingHttpHeaders } from "node:http";
import type { Turn, TurnError } from "./script.ts";

/** A turn in which the model answers, in whole or in part. */
export type AnswerTurn = Exclude<Turn, { status: number } | { garbage: string }>;

/** The answer to one turn: what identifies it, and the model that it claims to be from. */
export type Answer = { readonly turn: AnswerTurn; readonly id: string; readonly model: string };

/** How one provider's API is spoken: what a client asks, and the bytes that answer it. */
export type Dialect = {
  /** Reads a request to this path; `undefined` when it is not one for an answer of the model. */
  readonly read: (call: Call) => ModelRequest | undefined;
  /** The body of an answer as server-sent events; one that hangs or breaks off ends too early. */
  readonly stream: (answer: Answer) => string;
  /** The same answer in one piece, for a client that wants no stream. */
  readonly whole: (answer: Answer) => unknown;
  readonly error: (status: number, error: TurnError) => unknown;
};

export type Call = {
  readonly path: string;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
};

/** What a test wants to know of a request for an answer. */
export type ModelRequest = {
  readonly model: string;
  readonly hasTools: boolean;
  /** Whether the answer is to come as a stream of events. */
  readonly isStreamed: boolean;
  /** Its conversation, as plain text, oldest first. */
  readonly texts: readonly { readonly role: string; readonly text: string }[];
  /** What names the script: where a CLI puts the prompt differs. */
  readonly prompt: string;
  readonly headers: IncomingHttpHeaders;
};

/** Whether the client waits for an end that does not come in its regular way. */
export function isUnfinished(turn: AnswerTurn): boolean {
  return "hang" in turn || "breaksOff" in turn;
}

/** The JSON that a body holds; `undefined` when it holds something else. */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Not JSON: not a request for an answer.
    return undefined;
  }
}

/** A part of a message's content, in every dialect, as plain text. */
export function textOfContent(content: unknown): string {
  if (typeof content === "string") return content;
  if (Array.isArray(content)) return content.map(textOfContent).join("\n");
  if (typeof content !== "object" || content === null) return "";
  if ("text" in content && typeof content.text === "string") return content.text;
  return JSON.stringify("content" in content ? content.content : content);
}

const messagesSchema = z.object({
  model: z.string(),
  stream: z.boolean().default(false),
  tools: z.array(z.unknown()).default([]),
  messages: z.array(z.object({ role: z.string(), content: z.unknown() })),
});

/** A request that is a list of messages; `undefined` when it is something else. */
export function readMessages({ body, headers }: Call): Omit<ModelRequest, "prompt"> | undefined {
  const { success, data } = messagesSchema.safeParse(jsonOf(body));
  if (!success) return undefined;
  return {
    model: data.model,
    hasTools: data.tools.length > 0,
    isStreamed: data.stream,
    texts: data.messages.map(({ role, content }) => ({ role, text: textOfContent(content) })),
    headers,
  };
}
