import { join } from "node:path";
import { ATTEMPT_FILES } from "../agents/processes.ts";
import type { Clock } from "../core/clock.ts";
import type { MergeCommand } from "../core/commands.ts";
import type { CheckEvidence } from "../core/evidence.ts";
import { quoted } from "../core/names.ts";
import { execute } from "../store/execute.ts";
import type { MergeEntry, Store } from "../store/store.ts";
import type { CheckRunner } from "../verify/check-runner.ts";
import type { Workspaces } from "../workspace/workspace.ts";
import type { MergeRepository, PreparedMerge } from "./repository.ts";
import { clash, conflict, unknown, unready, type Setback } from "./setback.ts";

export type MergeDeps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly repository: MergeRepository;
  readonly checks: CheckRunner;
  readonly workspaces: Pick<Workspaces, "environment">;
  /** The environment that checks on merged work inherit. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the output of an attempt's checks is kept. */
  readonly folders: { readonly path: (attemptId: string) => string };
  readonly random: () => number;
  /** Told of what went wrong with one merge; the others go on. */
  readonly onProblem: (doing: string, error: unknown) => void;
};

/** What became of one entry of the queue; `withdrawn` when its task no longer waits for the merge. */
export type MergeStep = "merged" | "rejected" | "withdrawn" | "deferred" | "interrupted";

/** A branch that moves under us this often in a row is left for the next pass. */
const RACES_MAX = 5;

type Prepared = Extract<PreparedMerge, { kind: "prepared" }>;

/**
 * Merges one task's work, or says why not. Every step can be repeated: work that a crash left merged
 * but not recorded is found merged.
 */
export async function mergeOne(
  deps: MergeDeps,
  entry: MergeEntry,
  signal: AbortSignal,
): Promise<MergeStep> {
  for (let race = 0; race < RACES_MAX && !signal.aborted; race += 1) {
    const step = await tryMerge(deps, entry, signal);
    if (step !== "moved") return step;
  }
  return "interrupted";
}

async function tryMerge(
  deps: MergeDeps,
  entry: MergeEntry,
  signal: AbortSignal,
  setsUpAgain = false,
): Promise<MergeStep | "moved"> {
  const { targetBranch } = entry.task;
  const { id: taskId, title } = entry.task;
  const request = { taskId, title, commit: commitOf(entry), targetBranch, setsUpAgain };
  const prepared = await deps.repository.prepareMerge(request, signal);
  switch (prepared.kind) {
    case "missing_target":
      // The work is done and proven: another attempt would only cost more.
      return defer(deps, entry, `the target branch ${targetBranch} is gone. Make it again.`);
    case "conflict":
      return reject(deps, entry, conflict(entry, prepared));
    case "unready":
      return reject(deps, entry, unready(entry, prepared));
    case "prepared":
      return proveAndAdvance(deps, entry, prepared, signal);
  }
}

async function proveAndAdvance(
  deps: MergeDeps,
  entry: MergeEntry,
  prepared: Prepared,
  signal: AbortSignal,
): Promise<MergeStep | "moved"> {
  const { targetBranch } = entry.task;
  const evidence = await verify(deps, entry, prepared, signal);
  if (signal.aborted) return "interrupted";
  const failing = evidence.find((one) => !one.passed);
  // Before the work is blamed: what is installed there may be what an earlier merge needed.
  if (failing && prepared.toProve?.isFreshlySetUp === false) {
    return tryMerge(deps, entry, signal, true);
  }
  if (failing) return reject(deps, entry, clash(entry, failing.check, evidence));

  if (!(await isWanted(deps, entry))) return "withdrawn";
  const { targetCommit: expected, mergedCommit: merged } = prepared;
  const advance = await deps.repository.advance({ targetBranch, expected, merged });
  if (advance.kind === "moved") return "moved";
  if (advance.kind === "dirty") return defer(deps, entry, uncommitted(entry, advance));
  return complete(deps, entry, merged);
}

/** Whether the task still waits: while others were merged and this was proven, it may have been cancelled. */
async function isWanted({ store }: MergeDeps, { task }: MergeEntry): Promise<boolean> {
  const now = await store.task(task.id);
  return now?.state === "awaiting_qa" && now.epoch === task.epoch;
}

/**
 * The checks again, on the merged files; the same files need no second proof. Work that is in its
 * target already needs one, too: who brought it there may have proven nothing.
 */
async function verify(
  deps: MergeDeps,
  { task, attempt }: MergeEntry,
  { mergedCommit, toProve }: Prepared,
  signal: AbortSignal,
): Promise<readonly CheckEvidence[]> {
  const checks = task.checks.filter((check) => check.kind === "command");
  if (!toProve || checks.length === 0) return [];
  const { id: attemptId, branch } = attempt;
  const about = {
    taskId: task.id,
    attemptId,
    branch,
    previousBranch: undefined,
    baseBranch: task.targetBranch,
  };
  return deps.checks.run(
    {
      checks,
      cwd: toProve.path,
      commit: mergedCommit,
      env: { ...deps.env, ...deps.workspaces.environment(about, toProve.path) },
      outputFolder: join(deps.folders.path(attempt.id), ATTEMPT_FILES.mergeChecks),
      facts: { exitCode: 0, leftovers: [], hasChanges: true },
    },
    signal,
  );
}

async function complete(
  deps: MergeDeps,
  entry: MergeEntry,
  mergedCommit: string,
): Promise<MergeStep> {
  // Believed only when seen: the work is in the branch, whatever the steps before have said.
  const { targetBranch } = entry.task;
  if (!(await deps.repository.isMerged(commitOf(entry), targetBranch))) {
    return reject(deps, entry, unknown(`Its commits are not in ${targetBranch} after the merge.`));
  }
  return record(deps, entry, { type: "complete_merge", mergedCommit }, "merged");
}

async function reject(
  deps: MergeDeps,
  entry: MergeEntry,
  { failure, evidence }: Setback,
): Promise<MergeStep> {
  const rejection = {
    type: "reject_merge",
    failure,
    evidence: [...entry.attempt.evidence, ...evidence],
    jitter: deps.random(),
  } as const;
  return record(deps, entry, rejection, "rejected");
}

/** Leaves the merge for later, and has the task say why. */
export async function defer(deps: MergeDeps, entry: MergeEntry, why: string): Promise<MergeStep> {
  const reason = `Its merge waits: ${why}`;
  return record(deps, entry, { type: "defer_merge", reason }, "deferred");
}

/** Names one file alone: each change of the words is an event of each merge that waits. */
export function uncommitted(
  { task }: MergeEntry,
  { path, files }: { readonly path: string; readonly files: readonly string[] },
): string {
  const where = `${task.targetBranch} is checked out in ${path}`;
  const [file] = files;
  if (file === undefined) return `${where}, in the midst of a merge or a rebase. End it.`;
  return `${where} with uncommitted changes, as in ${quoted(file)}. Commit or stash them, or move them away.`;
}

type Body<C> = C extends MergeCommand ? Omit<C, "taskId" | "epoch"> : never;

/** Puts on the blackboard what the step has come to, unless the task no longer waits for it. */
async function record(
  deps: MergeDeps,
  { task }: MergeEntry,
  body: Body<MergeCommand>,
  step: MergeStep,
): Promise<MergeStep> {
  const ids = { taskId: task.id, epoch: task.epoch, nowMs: deps.clock.nowMs() };
  const { kind } = await execute(deps.store, { ...body, ...ids });
  return kind === "refused" ? "withdrawn" : step;
}

function commitOf({ task, attempt }: MergeEntry): string {
  return attempt.commit ?? task.commit ?? "";
}
