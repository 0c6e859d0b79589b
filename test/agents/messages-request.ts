import * as z from "zod";
import { jsonOf, textOfContent, type Call, type ModelRequest } from "./dialect.ts";

const schema = z.object({
  model: z.string(),
  stream: z.boolean().default(false),
  tools: z.array(z.unknown()).default([]),
  messages: z.array(z.object({ role: z.string(), content: z.unknown() })),
});

/** Reads a request to the Messages API; `undefined` when it is not one for a message. */
export function readMessagesRequest({ path, body, headers }: Call): ModelRequest | undefined {
  if (path !== "/v1/messages") return undefined;
  const { success, data } = schema.safeParse(jsonOf(body));
  if (!success) return undefined;
  const texts = data.messages.map(({ role, content }) => ({ role, text: textOfContent(content) }));
  return {
    model: data.model,
    hasTools: data.tools.length > 0,
    isStreamed: data.stream,
    texts,
    prompt: texts.find(({ role }) => role === "user")?.text ?? "",
    headers,
  };
}
