import type { WorkspaceRequest } from "./workspace.ts";
import type { WorktreesOptions } from "./worktrees-deps.ts";

/** What agents, checks, set-up and tear-down are told about the workspace at `path`. */
export function environment(
  { repositoryRoot, config }: Pick<WorktreesOptions, "repositoryRoot" | "config">,
  request: Omit<WorkspaceRequest, "previousBranch">,
  path: string,
): Readonly<Record<string, string>> {
  return {
    ...config.env,
    ORCHESTRA_TASK_ID: request.taskId,
    ORCHESTRA_ATTEMPT_ID: request.attemptId,
    ORCHESTRA_WORKTREE_PATH: path,
    ORCHESTRA_BRANCH: request.branch,
    ORCHESTRA_BASE_BRANCH: request.baseBranch,
    ORCHESTRA_ROOT: repositoryRoot,
  };
}
