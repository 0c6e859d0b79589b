import type { CheckEvidence } from "../core/evidence.ts";
import type { BuiltinCheck } from "../core/task.ts";
import type { CheckRequest } from "./check-runner.ts";

const FILES_SHOWN_MAX = 20;

/** Judges what is known already; costs nothing. */
export function builtinCheck(name: BuiltinCheck, request: CheckRequest): CheckEvidence {
  const { passed, output } = VERDICTS[name](request.facts);
  const { commit } = request;
  return { check: name, commit, passed, exitCode: undefined, durationMs: 0, output };
}

type Verdict = { readonly passed: boolean; readonly output: string };

const VERDICTS: Record<BuiltinCheck, (facts: CheckRequest["facts"]) => Verdict> = {
  exit_code: ({ exitCode, saidDone = false }) => {
    if (saidDone) return { passed: true, output: "The agent said by its file that it was done." };
    return {
      passed: exitCode === 0,
      output:
        exitCode === 0
          ? "The agent ended with exit code 0."
          : `The agent ended with exit code ${exitCode ?? "unknown"}; it must end with 0.`,
    };
  },
  clean_tree: ({ leftovers }) => ({
    passed: leftovers.length === 0,
    output:
      leftovers.length === 0
        ? "Everything was committed."
        : `Uncommitted changes were left; commit them or undo them: ${leftovers.slice(0, FILES_SHOWN_MAX).join(", ")}`,
  }),
  has_changes: ({ hasChanges }) => ({
    passed: hasChanges,
    output: hasChanges
      ? "There are changes."
      : "Nothing was changed against the target branch: do the work, and leave it in files.",
  }),
};
