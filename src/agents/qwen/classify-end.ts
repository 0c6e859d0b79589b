import type { FailureClass } from "../../core/failure.ts";
import { endClassifier } from "../stream-end.ts";
import { classOfError } from "./failure.ts";

/** What it exits with at a limit that was set for it, of which the stream does not tell. */
const CLASS_BY_EXIT_CODE: Readonly<Record<number, FailureClass>> = {
  53: "budget",
  55: "budget",
};

/** What the end of Qwen Code means. */
export const classifyEnd = endClassifier({
  agent: "Qwen Code",
  classOf: (text, { exitCode = 0 }) => CLASS_BY_EXIT_CODE[exitCode] ?? classOfError({ text }),
});
