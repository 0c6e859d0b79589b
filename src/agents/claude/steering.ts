import type { Steering } from "../adapter.ts";

/** The lines that Claude Code reads with `--input-format stream-json`. */
export const steering: Steering = {
  message: (text, messageId) =>
    inputLine({
      type: "user",
      // It may be any text; Claude Code tells it again when it takes the message in, and takes none in
      // that had the same in its session before.
      uuid: messageId,
      message: { role: "user", content: text },
      parent_tool_use_id: null,
      session_id: "",
    }),
  interrupt: (requestId) =>
    inputLine({
      type: "control_request",
      request_id: requestId,
      request: { subtype: "interrupt" },
    }),
};

/** Without what some take for the end of a line, though JSON does not. */
function inputLine(value: unknown): string {
  const json = JSON.stringify(value).replace(/[\u2028\u2029]/g, (one) =>
    one === "\u2028" ? "\\u2028" : "\\u2029",
  );
  return `${json}\n`;
}
