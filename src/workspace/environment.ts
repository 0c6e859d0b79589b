import type { WorkspaceRequest } from "./workspace.ts";
import { leasedPort } from "./port-blocks.ts";
import type { WorktreesDeps } from "./worktrees-deps.ts";

const PLACEHOLDER = /\{task_id\}|\{port(?:\+(\d+))?\}/g;

/** What agents, checks, set-up and tear-down are told about the workspace at `path`. */
export function environment(
  { repositoryRoot, config, ports }: Pick<WorktreesDeps, "repositoryRoot" | "config" | "ports">,
  request: Omit<WorkspaceRequest, "previousBranch">,
  path: string,
): Readonly<Record<string, string>> {
  const port = ports.size === 0 ? undefined : leasedPort(ports, path);
  const fill = (value: string): string =>
    value.replace(PLACEHOLDER, (whole, more: string | undefined) => {
      if (whole === "{task_id}") return request.taskId;
      return port === undefined ? whole : `${port + Number(more ?? 0)}`;
    });
  return {
    ...Object.fromEntries(Object.entries(config.env).map(([name, value]) => [name, fill(value)])),
    ...(port === undefined ? {} : { ORCHESTRA_PORT: `${port}` }),
    ORCHESTRA_TASK_ID: request.taskId,
    ORCHESTRA_ATTEMPT_ID: request.attemptId,
    ORCHESTRA_WORKTREE_PATH: path,
    ORCHESTRA_BRANCH: request.branch,
    ORCHESTRA_BASE_BRANCH: request.baseBranch,
    ORCHESTRA_ROOT: repositoryRoot,
  };
}
