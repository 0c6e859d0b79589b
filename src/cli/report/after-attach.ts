import { hasEnded, type Task } from "../../core/task.ts";

/** What became of the worktree, and of the task, while a person was in it: what can be done with it now. */
export function afterAttach(
  task: Task,
  { workspacePath, isThere }: { readonly workspacePath: string; readonly isThere: boolean },
): string {
  const { id, state, pausedAtMs } = task;
  if (!isThere) {
    return `The worktree of ${id} was removed meanwhile. What was kept of it: orchestra recover`;
  }
  const changed = `What was changed is in ${workspacePath}.`;
  if (state === "complete") {
    return `${changed} ${id} is complete, and does not go on: what you want of it is yours to merge before the worktree is removed.`;
  }
  if (pausedAtMs !== undefined && !hasEnded(state)) {
    return `${changed} Have ${id} go on from there: orchestra resume ${id}`;
  }
  if (hasEnded(state) || state === "waiting_human") {
    return `${changed} Have ${id} go on from there: orchestra retry ${id}`;
  }
  return `${changed} ${id} was sent back to work meanwhile, and goes on from there.`;
}
