import { nodeDeps, type Project } from "../app.ts";
import { stopAttempt } from "../cluster/node/run-node.ts";
import type { Attempt } from "../core/attempt.ts";
import { tidyWorkspaces } from "../engine/tidy-workspaces.ts";
import type { Terminal } from "./terminal.ts";

/** Ends the processes of cancelled attempts here, where no dispatcher runs to do it. */
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
    if (attempt) await stopAttempt(deps, attempt);
  }
  await tidyWorkspaces(deps);
}
