import type { Attempt } from "../../core/attempt.ts";
import { OrchestraError } from "../../core/errors.ts";
import type { Task } from "../../core/task.ts";
import type { Workspace, WorkspaceRequest } from "../../workspace/workspace.ts";
import type { NodeDeps } from "./deps.ts";

/** What the workspace of an attempt is to be. */
export function workspaceRequest(
  task: Task,
  attempt: Attempt,
  earlier: readonly Attempt[],
): WorkspaceRequest {
  const worked = earlier.findLast((other) => other.workspacePath !== undefined);
  return {
    taskId: task.id,
    attemptId: attempt.id,
    branch: attempt.branch,
    previousBranch: attempt.startFrom === "previous" ? worked?.branch : undefined,
    baseBranch: task.targetBranch,
  };
}

/** The workspace of an attempt that has one, from the record alone. */
export function workspaceOf(deps: NodeDeps, task: Task, attempt: Attempt): Workspace {
  return {
    path: workspacePathOf(attempt),
    branch: attempt.branch,
    baseCommit: attempt.baseCommit ?? "",
    baseBranch: task.targetBranch,
    env: environmentOf(deps, task, attempt),
  };
}

/** The variables that agents, checks and set-up commands get. */
export function environmentOf(
  deps: NodeDeps,
  task: Task,
  attempt: Attempt,
): Readonly<Record<string, string>> {
  return deps.workspaces.environment(
    {
      taskId: task.id,
      attemptId: attempt.id,
      branch: attempt.branch,
      previousBranch: undefined,
      baseBranch: task.targetBranch,
    },
    workspacePathOf(attempt),
  );
}

export function workspacePathOf(attempt: Attempt): string {
  if (attempt.workspacePath !== undefined) return attempt.workspacePath;
  throw new OrchestraError("INTERNAL", `Attempt ${attempt.id} has no workspace.`);
}
