import { OrchestraError, type ErrorCode } from "../core/errors.ts";
import type { MergeEntry } from "../store/store.ts";
import { defer, mergeOne, uncommitted, type MergeDeps, type MergeStep } from "./merge-one.ts";

/** What one pass did: tasks that wait for no merge any more, and how many must wait for a person. */
export type MergePass = { readonly settled: readonly string[]; readonly deferred: number };

/** By the branch that cannot be moved because of it. */
type DirtyCheckouts = Map<string, { readonly path: string; readonly files: readonly string[] }>;

/** Merges that are read at a time. */
const ENTRIES_MAX = 100;
/** A lock of git's is held for a moment; what fails this often needs a person. */
const TRIES_MAX = 3;
const TRY_AGAIN_MS = 1_000;
/** Not of the machine or the blackboard, which every merge would meet. */
const OF_ONE: readonly ErrorCode[] = ["GIT_FAILED", "REPOSITORY_UNUSABLE", "INVALID_CONFIG"];

/**
 * Merges what waits, one after another, in the order in which it passed its checks. Of many it leaves
 * some to the next pass: what was merged has a workspace to be removed.
 */
export async function mergeAll(deps: MergeDeps, signal: AbortSignal): Promise<MergePass> {
  const settled: string[] = [];
  const dirty: DirtyCheckouts = new Map();
  let [deferred, left] = [0, 0];
  for (;;) {
    // What stays is at the head of the queue, and must not hide what comes after it.
    const entries = (await deps.store.mergeQueue(left + ENTRIES_MAX)).slice(left);
    for (const entry of entries) {
      if (signal.aborted) break;
      const step = await mergeOrDefer(deps, entry, dirty, signal);
      if (step !== "deferred" && step !== "interrupted") settled.push(entry.task.id);
      else left += 1;
      if (step === "deferred") deferred += 1;
    }
    const isEnough = entries.length < ENTRIES_MAX || settled.length > 0;
    if (signal.aborted || isEnough) return { settled, deferred };
  }
}

/**
 * Whatever is wrong with one merge holds up no other. What is the matter of this one and stays, its
 * task says, and a person is asked; all else is told, and tried again in the next pass.
 */
async function mergeOrDefer(
  deps: MergeDeps,
  entry: MergeEntry,
  dirty: DirtyCheckouts,
  signal: AbortSignal,
): Promise<MergeStep> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await mergeUnlessDirty(deps, entry, dirty, signal);
    } catch (error) {
      // What was broken off is begun anew by the next start.
      if (signal.aborted) return "interrupted";
      if (isOfAll(error)) {
        deps.onProblem(`merging ${entry.task.id}`, error);
        return "interrupted";
      }
      if (tries === TRIES_MAX) return giveUpFor(deps, entry, error);
    }
    await deps.clock.sleep(TRY_AGAIN_MS, signal);
  }
}

/** A check-out that is dirty is looked at once in a pass, however many merges wait for it. */
async function mergeUnlessDirty(
  deps: MergeDeps,
  entry: MergeEntry,
  dirty: DirtyCheckouts,
  signal: AbortSignal,
): Promise<MergeStep> {
  const { targetBranch } = entry.task;
  const found = dirty.get(targetBranch) ?? (await deps.repository.dirtyCheckout(targetBranch));
  if (!found) return mergeOne(deps, entry, signal);
  dirty.set(targetBranch, found);
  return defer(deps, entry, uncommitted(entry, found));
}

/** What nobody has foreseen is taken for the matter of the one merge that it was met in. */
function isOfAll(error: unknown): boolean {
  return error instanceof OrchestraError && !OF_ONE.includes(error.code);
}

async function giveUpFor(deps: MergeDeps, entry: MergeEntry, error: unknown): Promise<MergeStep> {
  // Its task has room for a line; where it comes from is told here.
  if (!(error instanceof OrchestraError)) deps.onProblem(`merging ${entry.task.id}`, error);
  return defer(deps, entry, error instanceof Error ? error.message : String(error));
}
