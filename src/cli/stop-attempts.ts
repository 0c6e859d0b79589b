import { nodeDeps, type Project } from "../app.ts";
import { endTimedOut, stopAttempt } from "../cluster/node/run-node.ts";
import type { Attempt } from "../core/attempt.ts";
import { tidyWorkspaces } from "../engine/tidy-workspaces.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Ends the processes of attempts that were cancelled, or called timed out, here, where no dispatcher
 * runs to do it.
 */
export async function stopAttempts(
  project: Project,
  attempts: readonly Attempt[],
  terminal: Terminal,
): Promise<void> {
  const deps = await nodeDeps(project, (doing, error) => {
    terminal.note(`orchestra: while ${doing}: ${String(error)}`);
  });
  for (const { id, taskId } of attempts) {
    const attempt = (await project.store.attemptsOf(taskId)).find((one) => one.id === id);
    if (!attempt) continue;
    await stopAttempt(deps, attempt);
    await endTimedOut(deps, attempt);
  }
  await tidyWorkspaces(deps);
}
