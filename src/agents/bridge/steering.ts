import type { Steering } from "../adapter.ts";

/** The lines that the bridge reads. */
export const steering: Steering = {
  message: (text, id) => `${JSON.stringify({ type: "message", id, text })}\n`,
  interrupt: (id) => `${JSON.stringify({ type: "interrupt", id })}\n`,
};
