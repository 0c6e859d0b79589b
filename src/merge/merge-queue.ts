import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import type { MergeCommand } from "../core/commands.ts";
import type { CheckEvidence } from "../core/evidence.ts";
import type { Failure } from "../core/failure.ts";
import { execute } from "../store/execute.ts";
import type { MergeEntry, Store } from "../store/store.ts";
import type { CheckRunner } from "../verify/check-runner.ts";
import type { MergeRepository, PreparedMerge } from "./repository.ts";

export type MergeDeps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly repository: MergeRepository;
  readonly checks: CheckRunner;
  /** The environment of checks on merged work. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the output of an attempt's checks is kept. */
  readonly folders: { readonly path: (attemptId: string) => string };
  readonly random: () => number;
};

/** What one pass did: tasks that were settled, and how many must wait for a person. */
export type MergePass = { readonly settled: readonly string[]; readonly deferred: number };

/** What became of one entry of the queue. */
type MergeStep = "merged" | "rejected" | "deferred" | "interrupted";

const ENTRIES_MAX = 100;
/** A branch that moves under us this often in a row is left for the next pass. */
const RACES_MAX = 5;

/**
 * Merges what waits, one after another, in the order in which it passed its checks. Every step can
 * be repeated: work that a crash left merged but not recorded is found merged.
 */
export async function mergeAll(deps: MergeDeps, signal: AbortSignal): Promise<MergePass> {
  const settled: string[] = [];
  let deferred = 0;
  for (const entry of await deps.store.mergeQueue(ENTRIES_MAX)) {
    if (signal.aborted) break;
    const step = await mergeOne(deps, entry, signal);
    if (step === "deferred") deferred += 1;
    if (step === "merged" || step === "rejected") settled.push(entry.task.id);
  }
  return { settled, deferred };
}

async function mergeOne(
  deps: MergeDeps,
  entry: MergeEntry,
  signal: AbortSignal,
): Promise<MergeStep> {
  const dirty = await deps.repository.dirtyCheckout(entry.task.targetBranch);
  if (dirty) return defer(deps, entry, dirty);

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
): Promise<MergeStep | "moved"> {
  const { targetBranch } = entry.task;
  const { id: taskId, title } = entry.task;
  const request = { taskId, title, commit: commitOf(entry), targetBranch };
  const prepared = await deps.repository.prepareMerge(request, signal);
  if (prepared.kind === "missing_target") {
    return reject(deps, entry, {
      class: "unknown",
      message: `The target branch ${targetBranch} is gone. Make it again.`,
    });
  }
  if (prepared.kind === "conflict") return reject(deps, entry, conflictOf(entry, prepared));

  const evidence = await verify(deps, entry, prepared, signal);
  if (signal.aborted) return "interrupted";
  const failing = evidence.find((one) => !one.passed);
  if (failing) return reject(deps, entry, clashOf(entry, failing), evidence);

  const { targetCommit: expected, mergedCommit: merged } = prepared;
  const advance = await deps.repository.advance({ targetBranch, expected, merged });
  if (advance.kind === "moved") return "moved";
  if (advance.kind === "dirty") return defer(deps, entry, advance);
  return complete(deps, entry, merged);
}

/** The checks again, on the merged files; the same files need no second proof. */
async function verify(
  deps: MergeDeps,
  { task, attempt }: MergeEntry,
  prepared: Extract<PreparedMerge, { kind: "prepared" }>,
  signal: AbortSignal,
): Promise<readonly CheckEvidence[]> {
  const checks = task.checks.filter((check) => check.kind === "command");
  if (prepared.isSameTree || checks.length === 0) return [];
  return deps.checks.run(
    {
      checks,
      cwd: prepared.path,
      commit: prepared.mergedCommit,
      env: deps.env,
      outputFolder: join(deps.folders.path(attempt.id), "merge-checks"),
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
  if (!(await deps.repository.isMerged(commitOf(entry), entry.task.targetBranch))) {
    return reject(deps, entry, {
      class: "unknown",
      message: `Its commits are not in ${entry.task.targetBranch} after the merge.`,
    });
  }
  await command(deps, entry, { type: "complete_merge", mergedCommit });
  return "merged";
}

async function reject(
  deps: MergeDeps,
  entry: MergeEntry,
  failure: Failure,
  evidence: readonly CheckEvidence[] = [],
): Promise<MergeStep> {
  const all = [...entry.attempt.evidence, ...evidence, ...conflictEvidence(failure)];
  await command(deps, entry, {
    type: "reject_merge",
    failure: { class: failure.class, message: failure.message },
    evidence: all,
    jitter: deps.random(),
  });
  return "rejected";
}

async function defer(
  deps: MergeDeps,
  entry: MergeEntry,
  dirty: { readonly path: string; readonly files: readonly string[] },
): Promise<MergeStep> {
  const reason = `Its merge waits: ${entry.task.targetBranch} is checked out in ${dirty.path} with uncommitted changes. Commit or stash them.`;
  await command(deps, entry, { type: "defer_merge", reason });
  return "deferred";
}

type Body<C> = C extends MergeCommand ? Omit<C, "taskId" | "epoch"> : never;

async function command(
  deps: MergeDeps,
  { task }: MergeEntry,
  body: Body<MergeCommand>,
): Promise<void> {
  const ids = { taskId: task.id, epoch: task.epoch, nowMs: deps.clock.nowMs() };
  await execute(deps.store, { ...body, ...ids });
}

type Conflict = Failure & { readonly excerpt?: string; readonly commit?: string };

function conflictOf(
  entry: MergeEntry,
  conflict: Extract<PreparedMerge, { kind: "conflict" }>,
): Conflict {
  const { files, excerpt, targetCommit } = conflict;
  return {
    class: "merge_conflict",
    message: `It conflicts with ${entry.task.targetBranch} in ${files.join(", ")}.`,
    excerpt,
    commit: targetCommit,
  };
}

/** A conflict leaves evidence like a failing check, so that the next attempt is shown it. */
function conflictEvidence(failure: Conflict): CheckEvidence[] {
  if (failure.excerpt === undefined) return [];
  return [
    {
      check: "merge",
      commit: failure.commit ?? "",
      passed: false,
      exitCode: undefined,
      durationMs: 0,
      output: failure.excerpt,
    },
  ];
}

/** It passes alone and fails together with what was merged meanwhile: a conflict of meaning. */
function clashOf(entry: MergeEntry, failing: CheckEvidence): Failure {
  return {
    class: "merge_conflict",
    message: `The check ${failing.check} passed on its own branch, and fails together with ${entry.task.targetBranch}.`,
  };
}

function commitOf({ task, attempt }: MergeEntry): string {
  return attempt.commit ?? task.commit ?? "";
}
