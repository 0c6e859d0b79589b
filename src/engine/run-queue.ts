import { createWake } from "../cluster/wake.ts";
import type { RecordedEvent } from "../core/events.ts";
import { runNode } from "../cluster/node/run-node.ts";
import type { NodeDeps } from "../cluster/node/deps.ts";
import { mergeAll, type MergeDeps, type MergePass } from "../merge/merge-queue.ts";
import { dispatchOnce, runDispatcher, type DispatcherDeps } from "./dispatcher.ts";
import { createTidier, tidyWorkspaces, type Tidier } from "./tidy-workspaces.ts";

export type QueueDeps = NodeDeps & DispatcherDeps & MergeDeps;

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

/** A merge that waits for a clean checkout is tried again this often. */
const LOOK_EVERY_MS = 2_000;

/**
 * Works the queue until nothing is left that could be worked, or `stop` aborts: a dispatcher, a
 * node and the merge queue side by side. When `stop` aborts, agents are left running.
 */
export async function runQueue(deps: QueueDeps, stop: AbortSignal): Promise<QueueEnd> {
  const over = new AbortController();
  const signal = AbortSignal.any([stop, over.signal]);
  const watching = new AbortController();
  deps.store.watch((events) => {
    if (!events?.every(isStep)) deps.bus.publish({ kind: "changed" });
  }, watching.signal);

  const node = runNode(deps, signal);
  const dispatcher = runDispatcher(deps, signal);
  try {
    // A dispatcher that lost its lease ends everything here; the agents go on.
    const dispatching = dispatcher.then((): QueueEnd => ({ kind: "stopped" }));
    return await Promise.race([mergeUntilEmpty(deps, signal), dispatching]);
  } finally {
    over.abort();
    await Promise.allSettled([node, dispatcher]);
    watching.abort();
  }
}

/** A step on an attempt's way that only the node which takes it acts on. */
function isStep({ type }: RecordedEvent): boolean {
  return STEPS.includes(type);
}

async function mergeUntilEmpty(deps: QueueDeps, signal: AbortSignal): Promise<QueueEnd> {
  const wake = createWake(deps.bus, deps.clock, (hint) => hint.kind === "changed");
  const tidier = createTidier(deps);
  try {
    while (!signal.aborted) {
      const pass = await mergePass(deps, tidier, signal);
      if (pass && !pass.isWorked && (await isEmpty(deps, pass.deferred))) {
        await tidyWorkspaces(deps);
        return { kind: "empty", deferredMerges: pass.deferred };
      }
      await wake.wait(pass?.settled.length ? 0 : LOOK_EVERY_MS, signal);
    }
    return { kind: "stopped" };
  } finally {
    wake.close();
  }
}

/** `isWorked` while agents run. */
type Pass = MergePass & { readonly isWorked: boolean };

async function mergePass(
  deps: QueueDeps,
  tidier: Tidier,
  signal: AbortSignal,
): Promise<Pass | undefined> {
  try {
    const pass = await mergeAll(deps, signal);
    const live = await deps.store.liveAttempts();
    await tidier.tidyEnded(pass.settled, live);
    return { ...pass, isWorked: live.length > 0 };
  } catch (error) {
    deps.onProblem("merging", error);
    return undefined;
  }
}

/** Nothing runs, nothing waits for a time, and nothing ready could be placed. */
async function isEmpty(deps: QueueDeps, deferredMerges: number): Promise<boolean> {
  const { store } = deps;
  if ((await store.mergeQueue(deferredMerges + 1)).length > deferredMerges) return false;
  if ((await store.liveAttempts()).length > 0) return false;
  if ((await store.nextDueMs()) !== undefined) return false;
  await dispatchOnce(deps);
  return (await store.liveAttempts()).length === 0;
}
