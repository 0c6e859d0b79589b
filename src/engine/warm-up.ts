import type { Clock } from "../core/clock.ts";
import type { Store } from "../store/store.ts";
import type { Workspaces } from "../workspace/workspace.ts";

export type WarmUpDeps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly workspaces: Workspaces;
  /** Whether tasks may come where none waits. */
  readonly staysWhenEmpty?: boolean;
  /** Told of a worktree that could not be made; it is tried again later. */
  readonly onProblem: (doing: string, error: unknown) => void;
};

const LOOK_EVERY_MS = 5_000;
const PAUSE_AFTER_PROBLEM_MS = 5 * 60_000;

/** Has a worktree wait for the next task while others are worked, until `signal` aborts. */
export async function warmUp(deps: WarmUpDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const pauseMs = await warmUpOnce(deps, signal);
    await deps.clock.sleep(pauseMs, signal);
  }
}

/** Returns the milliseconds until the next look. */
async function warmUpOnce(deps: WarmUpDeps, signal: AbortSignal): Promise<number> {
  try {
    if (await mayOneCome(deps)) await deps.workspaces.prewarm(signal);
    return LOOK_EVERY_MS;
  } catch (error) {
    if (!signal.aborted) deps.onProblem("making a worktree for the next task", error);
    return PAUSE_AFTER_PROBLEM_MS;
  }
}

async function mayOneCome({ store, staysWhenEmpty = false }: WarmUpDeps): Promise<boolean> {
  if (staysWhenEmpty) return true;
  // The newest, which an index tells at once: to find the most urgent one of a million takes 0.2 s.
  const some = await store.tasks({ states: ["ready"], limit: 1, newestFirst: true });
  return some.length > 0;
}
