import { isLive, type Attempt } from "../core/attempt.ts";
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
  /** Tidies what was settled, and what is no longer among the live attempts. */
  readonly tidyEnded: (settled: readonly string[], live: readonly Attempt[]) => Promise<void>;
};

/** Looks for what to remove only after something ended: looking asks git, and idling must not. */
export function createTidier(deps: Deps): Tidier {
  let before: readonly Attempt[] | undefined;
  return {
    tidyEnded: async (settled, live) => {
      const ended = before && endedSince(before, live);
      before = live;
      if (ended) await tidyAll(deps, new Set([...ended, ...settled]));
      else await tidyWorkspaces(deps);
    },
  };
}

function endedSince(before: readonly Attempt[], live: readonly Attempt[]): readonly string[] {
  const ids = new Set(live.map((attempt) => attempt.id));
  return before.filter((attempt) => !ids.has(attempt.id)).map((attempt) => attempt.taskId);
}

/**
 * Removes the workspaces of tasks that have ended. Their work is in the target branch, on a branch
 * of its own, or under a rescue ref first. Told from what is there, so a crash only delays it.
 */
export async function tidyWorkspaces(deps: Deps): Promise<void> {
  await tidyAll(deps, await deps.workspaces.list());
}

async function tidyAll(deps: Deps, taskIds: Iterable<string>): Promise<void> {
  for (const taskId of taskIds) {
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
