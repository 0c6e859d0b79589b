import { endClassifier } from "../stream-end.ts";
import { classOfApiError } from "./failure-class.ts";

/** What the end of Claude Code means. */
export const classifyEnd = endClassifier({
  agent: "Claude Code",
  classOf: (text) => classOfApiError({ text }),
});
