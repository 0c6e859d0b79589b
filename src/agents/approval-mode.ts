import { hasOption } from "./has-option.ts";

const PERMISSION_FLAGS = ["--approval-mode", "--yolo", "-y"] as const;

/** Gemini CLI's and Qwen Code's: nobody is there to be asked; who wants less says so among the fixed arguments. */
export function approvalMode(fixedArguments: readonly string[]): readonly string[] {
  return hasOption(fixedArguments, PERMISSION_FLAGS) ? [] : ["--approval-mode", "yolo"];
}
