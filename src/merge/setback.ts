import type { CheckEvidence } from "../core/evidence.ts";
import type { Failure } from "../core/failure.ts";
import type { MergeEntry } from "../store/store.ts";
import type { PreparedMerge } from "./repository.ts";

/** Why a merge sends its task back to work, and what of it the next attempt is shown. */
export type Setback = {
  readonly failure: Failure;
  readonly evidence: readonly CheckEvidence[];
};

type Unmerged<Kind> = Extract<PreparedMerge, { kind: Kind }>;

export function conflict(
  { task }: MergeEntry,
  { files, excerpt, targetCommit }: Unmerged<"conflict">,
): Setback {
  const message = `It conflicts with ${task.targetBranch} in ${files.join(", ")}.`;
  return mergeConflict(message, [failing("merge", targetCommit, excerpt)]);
}

/** It was set up alone, and cannot be together with what was merged meanwhile. */
export function unready(
  { task }: MergeEntry,
  { output, mergedCommit }: Unmerged<"unready">,
): Setback {
  const message = `Set-up fails on its work together with ${task.targetBranch}.`;
  return mergeConflict(message, [failing("setup", mergedCommit, output)]);
}

/** It passes alone and fails together with what was merged meanwhile: a conflict of meaning. */
export function clash(
  { task }: MergeEntry,
  check: string,
  evidence: readonly CheckEvidence[],
): Setback {
  const message = `The check ${check} passed on its own branch, and fails together with ${task.targetBranch}.`;
  return mergeConflict(message, evidence);
}

export function unknown(message: string): Setback {
  return { failure: { class: "unknown", message }, evidence: [] };
}

function mergeConflict(message: string, evidence: readonly CheckEvidence[]): Setback {
  return { failure: { class: "merge_conflict", message }, evidence };
}

/** What went wrong leaves evidence like a failing check, so that the next attempt is shown it. */
function failing(check: string, commit: string, output: string): CheckEvidence {
  return { check, commit, passed: false, exitCode: undefined, durationMs: 0, output };
}
