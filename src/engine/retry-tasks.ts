import type { Clock } from "../core/clock.ts";
import type { Command } from "../core/commands.ts";
import type { Task } from "../core/task.ts";
import { executeOrThrow, rehearse } from "../store/execute.ts";
import type { Store } from "../store/store.ts";

type Deps = { readonly store: Pick<Store, "transact">; readonly clock: Clock };

/** Sends tasks back to work, with all their retries; a mistake in any of them changes nothing. */
export async function retryTasks(
  { store, clock }: Deps,
  tasks: readonly Task[],
  note: string | undefined,
): Promise<void> {
  const commandOf = ({ id: taskId }: Task): Command => {
    return { type: "retry_task", nowMs: clock.nowMs(), taskId, note };
  };
  for (const task of tasks) await rehearse(store, commandOf(task));
  for (const task of tasks) await executeOrThrow(store, commandOf(task));
}
