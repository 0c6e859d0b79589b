import { createWake } from "../cluster/wake.ts";
import { isFenced } from "../core/errors.ts";
import type { RecordedEvent } from "../core/events.ts";
import { runNode } from "../cluster/node/run-node.ts";
import type { NodeDeps } from "../cluster/node/deps.ts";
import type { MergeDeps } from "../merge/merge-one.ts";
import { mergeAll, type MergePass } from "../merge/merge-queue.ts";
import { areStillHeld, dispatchOnce, runDispatcher, type DispatcherDeps } from "./dispatcher.ts";
import { rememberAgentHolds, type AgentHoldsDeps } from "./agent-holds.ts";
import { createTidier, tidyWorkspaces, type Tidier } from "./tidy-workspaces.ts";
import { warmUp } from "./warm-up.ts";

export type QueueDeps = NodeDeps &
  Omit<DispatcherDeps, "agentHolds"> &
  MergeDeps &
  AgentHoldsDeps & {
    /** Waits for new tasks where nothing is left, instead of coming to an end. */
    readonly staysWhenEmpty?: boolean;
  };

type LoopDeps = QueueDeps & Pick<DispatcherDeps, "agentHolds">;

/** How the queue was left. */
export type QueueEnd =
  /** Nothing is left that could be worked. */
  | { readonly kind: "empty"; readonly deferredMerges: number }
  /** A person stopped it. */
  | { readonly kind: "stopped" };

const STEPS: readonly RecordedEvent["type"][] = [
  "attempt_assigned",
  "attempt_prepared",
  "attempt_started",
  "attempt_reported",
  "attempt_finished",
];

/** Attempts at a time that anybody may ask for. */
export const PARALLEL_MAX = 1_000;

/** A merge that waits for a clean checkout is tried again this often. */
const LOOK_EVERY_MS = 2_000;
/** Where nothing is left: a hint may be lost, and a checkout may have become clean. */
const LOOK_WHEN_EMPTY_MS = 30_000;

/**
 * Works the queue until nothing is left that could be worked, unless it is to stay then, or `stop`
 * aborts: a dispatcher, a node, the merge queue and what is made ahead for it, side by side. When `stop`
 * aborts, agents are left running.
 */
export async function runQueue(queue: QueueDeps, stop: AbortSignal): Promise<QueueEnd> {
  const agentHolds = rememberAgentHolds(queue);
  const deps = { ...queue, agentHolds };
  try {
    for (;;) {
      const end = await runLoops(deps, stop);
      if (end.kind === "stopped" || (await isStillEmpty(deps, end.deferredMerges))) return end;
    }
  } finally {
    agentHolds.close();
  }
}

/** Asked when nothing moves any more: a loop may have gone on while another saw nothing left to do. */
async function isStillEmpty(deps: LoopDeps, deferredMerges: number): Promise<boolean> {
  try {
    return await isEmpty(deps, deferredMerges);
  } catch (error) {
    if (isFenced(error)) throw error;
    deps.onProblem("looking whether anything is left", error);
    return false;
  }
}

async function runLoops(deps: LoopDeps, stop: AbortSignal): Promise<QueueEnd> {
  const over = new AbortController();
  const signal = AbortSignal.any([stop, over.signal]);
  const watching = new AbortController();
  deps.store.watch((events) => {
    if (events?.every(isStep)) return;
    const isDispatched = events?.at(-1)?.type === "attempt_assigned";
    deps.bus.publish({ kind: "changed", isDispatched });
  }, watching.signal);

  const node = runNode(deps, signal);
  const dispatcher = runDispatcher(deps, signal);
  const merging = mergeUntilEmpty(deps, signal);
  const warming = warmUp(deps, signal);
  try {
    // A dispatcher that lost its lease ends everything here; the agents go on.
    const dispatching = dispatcher.then((): QueueEnd => ({ kind: "stopped" }));
    return await Promise.race([merging, dispatching]);
  } finally {
    over.abort();
    // Whoever comes after us uses the same scratch worktree, and so must find no merge going on.
    await Promise.allSettled([node, dispatcher, merging, warming]);
    watching.abort();
  }
}

/** A step on an attempt's way that only the node which takes it acts on. */
function isStep({ type }: RecordedEvent): boolean {
  return STEPS.includes(type);
}

async function mergeUntilEmpty(deps: LoopDeps, signal: AbortSignal): Promise<QueueEnd> {
  const wake = createWake(deps.bus, deps.clock, (hint) => hint.kind === "changed");
  const tidier = createTidier(deps, signal);
  try {
    // What was tidied is asked about again when something has happened since: looking asks git.
    let isTidy = false;
    while (!signal.aborted) {
      const pass = await mergePass(deps, { tidier, isTidy }, signal);
      isTidy = pass?.isEmpty === true;
      if (pass?.isEmpty && !deps.staysWhenEmpty) {
        return { kind: "empty", deferredMerges: pass.deferred };
      }
      if (await wake.wait(pauseAfter(pass), signal)) isTidy = false;
    }
    return { kind: "stopped" };
  } finally {
    wake.close();
  }
}

function pauseAfter(pass: Pass | undefined): number {
  if (pass?.settled.length) return 0;
  return pass?.isEmpty ? LOOK_WHEN_EMPTY_MS : LOOK_EVERY_MS;
}

type Pass = MergePass & { readonly isEmpty: boolean };

/** `undefined` when something went wrong, which the next pass may find mended. */
async function mergePass(
  deps: LoopDeps,
  { tidier, isTidy }: { readonly tidier: Tidier; readonly isTidy: boolean },
  signal: AbortSignal,
): Promise<Pass | undefined> {
  try {
    const pass = await mergeAll(deps, signal);
    // The next start tidies; what the last merge made ready is for it to place.
    if (signal.aborted) return { ...pass, isEmpty: false };
    const live = await deps.store.liveAttempts();
    await tidier.tidyEnded(pass.settled, live);
    if (live.length > 0 || !(await isEmpty(deps, pass.deferred)))
      return { ...pass, isEmpty: false };
    if (!isTidy) await tidyWorkspaces(deps);
    return { ...pass, isEmpty: true };
  } catch (error) {
    if (isFenced(error)) throw error;
    deps.onProblem("merging", error);
    return undefined;
  }
}

/** The dispatcher has nothing, and nothing is to be merged: only what it had could add to that. */
async function isEmpty(deps: LoopDeps, deferredMerges: number): Promise<boolean> {
  const { isIdle, heldAgents } = await dispatchOnce(deps);
  if (!isIdle || !(await areStillHeld(deps, heldAgents))) return false;
  return (await deps.store.mergeQueue(deferredMerges + 1)).length <= deferredMerges;
}
