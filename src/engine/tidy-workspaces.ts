import { isLive } from "../core/attempt.ts";
import { hasEnded } from "../core/task.ts";
import type { Store } from "../store/store.ts";
import type { Workspaces } from "../workspace/workspace.ts";

type Deps = {
  readonly store: Store;
  readonly workspaces: Workspaces;
  /** Told of a workspace that could not be removed; the others are. */
  readonly onProblem: (doing: string, error: unknown) => void;
};

export type Tidier = {
  /** Tidies when work was settled, or an attempt has ended, since it was last asked. */
  readonly tidyIfNeeded: (settled: number) => Promise<void>;
};

/** Looks for what to remove only after something ended: looking asks git, and idling must not. */
export function createTidier(deps: Deps): Tidier {
  let live: ReadonlySet<string> | undefined;
  return {
    tidyIfNeeded: async (settled) => {
      const now = new Set((await deps.store.liveAttempts()).map((attempt) => attempt.id));
      const isFirst = live === undefined;
      const hasEnded = [...(live ?? [])].some((id) => !now.has(id));
      live = now;
      if (isFirst || hasEnded || settled > 0) await tidyWorkspaces(deps);
    },
  };
}

/**
 * Removes the workspaces of tasks that have ended. Their work is in the target branch, on a branch
 * of its own, or under a rescue ref first. Told from what is there, so a crash only delays it.
 */
export async function tidyWorkspaces(deps: Deps): Promise<void> {
  for (const taskId of await deps.workspaces.list()) {
    await tidy(deps, taskId).catch((error: unknown) =>
      deps.onProblem(`removing the workspace of ${taskId}`, error),
    );
  }
}

async function tidy(deps: Deps, taskId: string): Promise<void> {
  const task = await deps.store.task(taskId);
  if (!task || !hasEnded(task.state)) return;
  const attempts = await deps.store.attemptsOf(taskId);
  if (attempts.some((attempt) => isLive(attempt.state))) return;

  const accepted = attempts.findLast((attempt) => attempt.state === "succeeded");
  const isComplete = task.state === "complete";
  await deps.workspaces.remove({
    taskId,
    branches: attempts.map((attempt) => attempt.branch),
    mergedInto: isComplete && task.merges ? task.targetBranch : undefined,
    keepBranch: isComplete && !task.merges ? accepted?.branch : undefined,
  });
}
