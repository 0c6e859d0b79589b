import type { NodeDeps } from "../cluster/node/deps.ts";
import { isLive } from "../core/attempt.ts";
import type { Clock } from "../core/clock.ts";
import type { Command } from "../core/commands.ts";
import type { Task } from "../core/task.ts";
import { executeOrThrow, rehearse } from "../store/execute.ts";
import type { Store } from "../store/store.ts";
import { isDispatcherAlive } from "./living-dispatcher.ts";

export type CancelDeps = {
  readonly store: Store;
  readonly clock: Clock;
  /** What ending a task's processes takes; asked for where no dispatcher is there to do it. */
  readonly node: (task: Task) => Promise<NodeDeps>;
};

export type Cancelling = {
  /** What becomes of tasks that depend on them: they wait for a human, or are abandoned, too. */
  readonly dependents: "wait" | "abandon";
  /** Whether it is only tried. */
  readonly isDry?: boolean | undefined;
};

/**
 * Stops tasks, given in the order of their dependencies; a mistake in any of them changes nothing.
 * Where no dispatcher runs, their processes are ended here.
 */
export async function cancelTasks(
  deps: CancelDeps,
  tasks: readonly Task[],
  { dependents, isDry }: Cancelling,
): Promise<void> {
  const commandOf = ({ id: taskId }: Task): Command => {
    return { type: "cancel_task", nowMs: deps.clock.nowMs(), taskId, dependents };
  };
  for (const task of tasks) await rehearse(deps.store, commandOf(task));
  if (isDry) return;
  // Those first that wait for others, which would abandon them.
  for (const task of tasks.toReversed()) {
    await executeOrThrow(deps.store, commandOf(task));
    await stopHere(deps, task);
  }
}

async function stopHere({ store, node }: CancelDeps, task: Task): Promise<void> {
  const live = (await store.attemptsOf(task.id)).filter((attempt) => isLive(attempt.state));
  if (live.length === 0 || (await isDispatcherAlive(store))) return;
  // What ends processes is loaded only where there are some.
  const { stopAttempts } = await import("./stop-attempts.ts");
  await stopAttempts(await node(task), live);
}
