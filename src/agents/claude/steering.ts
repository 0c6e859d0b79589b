import type { Steering } from "../adapter.ts";

/** The lines that Claude Code reads with `--input-format stream-json`. */
export const steering: Steering = {
  message: (text) =>
    inputLine({
      type: "user",
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

function inputLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
