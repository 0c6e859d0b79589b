import { isLive, type Attempt } from "../core/attempt.ts";
import type { RecordedEvent } from "../core/events.ts";
import { hasEnded, type Task } from "../core/task.ts";
import type { Store } from "../store/store.ts";
import type { RemoveRequest, Workspaces } from "../workspace/workspace.ts";

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

/** After each of these a workspace may be nobody's any more. */
const ENDS: readonly RecordedEvent["type"][] = [
  "attempt_ended",
  "task_completed",
  "task_cancelled",
  "task_abandoned",
];

/**
 * Looks for what to remove only after something ended: looking asks git, and idling must not. Until
 * `signal` aborts it hears of what this process puts on record, as between two looks a task may have
 * begun and ended.
 */
export function createTidier(deps: Deps, signal: AbortSignal): Tidier {
  let before: readonly Attempt[] | undefined;
  const heard = new Set<string>();
  deps.store.watch((events) => {
    for (const event of events ?? []) {
      if (ENDS.includes(event.type) && "taskId" in event) heard.add(event.taskId);
    }
  }, signal);
  return {
    tidyEnded: async (settled, live) => {
      const ended = before && endedSince(before, live);
      before = live;
      const others = ended ?? (await deps.workspaces.list());
      const all = new Set([...others, ...settled, ...heard]);
      heard.clear();
      await tidyAll(deps, [...all]);
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

async function tidyAll(deps: Deps, taskIds: readonly string[]): Promise<void> {
  // The attempts first: one that began after a task was seen to have ended is not known, and left alone.
  const attempts = await deps.store.attemptsOf(...taskIds);
  const tasks = [...(await deps.store.tasksById(taskIds)).values()];
  const ended = tasks.filter((task) => hasEnded(task.state));
  const attemptsOf = Map.groupBy(attempts, (attempt) => attempt.taskId);
  for (const task of ended) {
    await tidy(deps, task, attemptsOf.get(task.id) ?? []).catch((error: unknown) =>
      deps.onProblem(`removing the workspace of ${task.id}`, error),
    );
  }
}

async function tidy(deps: Deps, task: Task, attempts: readonly Attempt[]): Promise<void> {
  if (attempts.some((attempt) => isLive(attempt.state))) return;
  await deps.workspaces.remove(removalOf(task, attempts));
}

/** What is removed when a task has ended: all but the branch that is its result. */
export function removalOf(task: Task, attempts: readonly Attempt[]): RemoveRequest {
  const accepted = attempts.findLast((attempt) => attempt.state === "succeeded");
  const isComplete = task.state === "complete";
  return {
    taskId: task.id,
    branches: attempts.map((attempt) => attempt.branch),
    mergedInto: isComplete && task.merges ? task.targetBranch : undefined,
    keepBranch: isComplete && !task.merges ? accepted?.branch : undefined,
  };
}
