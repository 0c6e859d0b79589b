import { basename } from "node:path";
import { collect } from "./collect.ts";
import { environment } from "./environment.ts";
import { createExclusiveByKey } from "./exclusive.ts";
import { explainingStorage } from "./git-error.ts";
import { despiteHalfMade } from "./half-made.ts";
import { prepare } from "./prepare.ts";
import { prewarm } from "./prewarm.ts";
import { branchCommit } from "./refs.ts";
import { remove } from "./remove.ts";
import { rescued, restore } from "./rescue.ts";
import { tasksWithWorkspace } from "./what-is-there.ts";
import type { WorktreesDeps } from "./worktrees-deps.ts";
import type { Workspaces } from "./workspace.ts";

/** Workspaces as git worktrees outside the repository, one a task. */
export function createWorktrees(deps: WorktreesDeps): Workspaces {
  // A task's next attempt may begin while the workspace of its last one is still being removed.
  const ofTask = createExclusiveByKey();
  return {
    prepare: async (request, signal) =>
      ofTask(request.taskId, async () =>
        explainingStorage(
          "Making a workspace",
          despiteHalfMade(deps, async () => prepare(deps, request, signal)),
        ),
      ),
    collect: async (workspace, request) =>
      ofTask(basename(workspace.path), async () =>
        explainingStorage(
          "Collecting the work of an agent",
          despiteHalfMade(deps, async () => collect(deps, workspace, request)),
        ),
      ),
    remove: async (request) =>
      ofTask(request.taskId, async () =>
        explainingStorage(
          "Removing a workspace",
          despiteHalfMade(deps, async () => remove(deps, request)),
        ),
      ),
    prewarm: async (signal) => prewarm(deps, signal),
    rescued: async () => rescued(deps),
    restore: async (ref, branch) => restore(deps, ref, branch),
    environment: (request, path) => environment(deps, request, path),
    list: async () => despiteHalfMade(deps, async () => tasksWithWorkspace(deps)),
    branchCommit: async (branch) => branchCommit({ cwd: deps.repositoryRoot }, branch),
  };
}
