import type { NodeDeps } from "../cluster/node/deps.ts";
import { endTimedOut, pauseAttempt, stopAttempt } from "../cluster/node/run-node.ts";
import type { Attempt } from "../core/attempt.ts";
import { tidyWorkspaces } from "./tidy-workspaces.ts";

/**
 * Ends the processes of attempts that were cancelled, or called timed out, here, where no dispatcher
 * runs to do it.
 */
export async function stopAttempts(deps: NodeDeps, attempts: readonly Attempt[]): Promise<void> {
  for (const { id, taskId } of attempts) {
    const attempt = (await deps.store.attemptsOf(taskId)).find((one) => one.id === id);
    if (!attempt) continue;
    await stopAttempt(deps, attempt);
    await endTimedOut(deps, attempt);
  }
  await tidyWorkspaces(deps);
}

/** Ends the agents of paused tasks here, where no dispatcher runs to do it. */
export async function pauseAttempts(deps: NodeDeps, attempts: readonly Attempt[]): Promise<void> {
  for (const attempt of attempts) await pauseAttempt(deps, attempt);
}
