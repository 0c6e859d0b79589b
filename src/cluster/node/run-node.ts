import type { Attempt } from "../../core/attempt.ts";
import { createWake } from "../wake.ts";
import type { NodeDeps } from "./deps.ts";
import { workAttempt } from "./work-attempt.ts";

/** A node looks at the blackboard at least this often, also when every hint is lost. */
const LOOK_EVERY_MS = 2_000;

/** Aborts never. */
const NEVER = new AbortController().signal;

type Work = { readonly done: Promise<void>; readonly stop: AbortController };

/**
 * Works this node's attempts until `signal` aborts: those newly assigned, and those it held before,
 * whose processes went on without it. When `signal` aborts, agents are left running.
 */
export async function runNode(deps: NodeDeps, signal: AbortSignal): Promise<void> {
  const working = new Map<string, Work>();
  const wake = createWake(deps.bus, deps.clock, (hint) => hint.kind !== "process_ended");
  while (!signal.aborted) {
    try {
      for (const attempt of await deps.store.liveAttempts(deps.nodeId)) {
        take(deps, working, attempt, signal);
      }
    } catch (error) {
      deps.onProblem("reading this node's attempts", error);
    }
    await wake.wait(LOOK_EVERY_MS, signal);
  }
  wake.close();
  await Promise.all([...working.values()].map(async (work) => work.done));
}

function take(
  deps: NodeDeps,
  working: Map<string, Work>,
  attempt: Attempt,
  leave: AbortSignal,
): void {
  const known = working.get(attempt.id);
  if (known) {
    if (attempt.isStopping) known.stop.abort();
    return;
  }
  const stop = new AbortController();
  if (attempt.isStopping) stop.abort();
  const done = workAttempt(deps, attempt, { leave, halt: NEVER, stop: stop.signal })
    .catch((error: unknown) => deps.onProblem(`working attempt ${attempt.id}`, error))
    .finally(() => {
      working.delete(attempt.id);
    });
  working.set(attempt.id, { done, stop });
}

/** Stops every agent of this node; their work is kept, and their attempts are given back. */
export async function haltAgents(deps: NodeDeps): Promise<void> {
  const now = AbortSignal.abort();
  const live = await deps.store.liveAttempts(deps.nodeId);
  await Promise.all(
    live.map(async (attempt) => workAttempt(deps, attempt, { leave: now, halt: now, stop: NEVER })),
  );
}

/** Ends the processes of an attempt that was taken from its task, where no node is running to do it. */
export async function stopAttempt(deps: NodeDeps, attempt: Attempt): Promise<void> {
  await workAttempt(deps, attempt, { leave: NEVER, halt: NEVER, stop: AbortSignal.abort() });
}
