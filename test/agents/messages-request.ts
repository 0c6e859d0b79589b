import type { IncomingHttpHeaders } from "node:http";
import * as z from "zod";

/** What a test wants to know of a request to the Messages API. */
export type MessagesRequest = {
  readonly model: string;
  readonly hasTools: boolean;
  /** Whether the answer is to come as a stream of events. */
  readonly isStreamed: boolean;
  /** Its conversation, as plain text, oldest first. */
  readonly texts: readonly { readonly role: string; readonly text: string }[];
  readonly firstUserText: string;
  readonly headers: IncomingHttpHeaders;
};

const block = z.object({
  type: z.string(),
  text: z.string().optional(),
  content: z.unknown().optional(),
});
const schema = z.object({
  model: z.string(),
  stream: z.boolean().default(false),
  tools: z.array(z.unknown()).default([]),
  messages: z.array(
    z.object({ role: z.string(), content: z.union([z.string(), z.array(block.loose())]) }),
  ),
});

/** Reads the body of a request; `undefined` when it is not one for a message. */
export function readMessagesRequest(
  body: string,
  headers: IncomingHttpHeaders,
): MessagesRequest | undefined {
  const { success, data } = schema.safeParse(parsed(body));
  if (!success) return undefined;
  const texts = data.messages.map(({ role, content }) => ({ role, text: textOf(content) }));
  return {
    model: data.model,
    hasTools: data.tools.length > 0,
    isStreamed: data.stream,
    texts,
    firstUserText: texts.find(({ role }) => role === "user")?.text ?? "",
    headers,
  };
}

function textOf(content: string | readonly z.infer<typeof block>[]): string {
  if (typeof content === "string") return content;
  return content
    .map((one) => one.text ?? (one.content === undefined ? "" : JSON.stringify(one.content)))
    .join("\n");
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Not JSON: not a request for a message.
    return undefined;
  }
}
