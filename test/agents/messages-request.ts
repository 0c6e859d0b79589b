import { readMessages, type Call, type ModelRequest } from "./dialect.ts";

/** Reads a request to the Messages API; `undefined` when it is not one for a message. */
export function readMessagesRequest(call: Call): ModelRequest | undefined {
  const request = call.path === "/v1/messages" ? readMessages(call) : undefined;
  const prompt = request?.texts.find(({ role }) => role === "user")?.text ?? "";
  return request && { ...request, prompt };
}
