import { nodeDeps, type Project } from "../app.ts";
import { endTimedOut, pauseAttempt, stopAttempt } from "../cluster/node/run-node.ts";
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
  const deps = await depsOf(project, terminal);
  for (const { id, taskId } of attempts) {
    const attempt = (await project.store.attemptsOf(taskId)).find((one) => one.id === id);
    if (!attempt) continue;
    await stopAttempt(deps, attempt);
    await endTimedOut(deps, attempt);
  }
  await tidyWorkspaces(deps);
}

/** Ends the agents of paused tasks here, where no dispatcher runs to do it. */
export async function pauseAttempts(
  project: Project,
  attempts: readonly Attempt[],
  terminal: Terminal,
): Promise<void> {
  const deps = await depsOf(project, terminal);
  for (const attempt of attempts) await pauseAttempt(deps, attempt);
}

async function depsOf(project: Project, terminal: Terminal): ReturnType<typeof nodeDeps> {
  return nodeDeps(project, (doing, error) => {
    terminal.note(`orchestra: while ${doing}: ${String(error)}`);
  });
}
