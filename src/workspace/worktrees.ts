import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isValidId } from "../core/names.ts";
import { collect } from "./collect.ts";
import { environment } from "./environment.ts";
import { createExclusive } from "./exclusive.ts";
import { explainingStorage } from "./git-error.ts";
import { prepare, workspacePath } from "./prepare.ts";
import { branchCommit, registeredWorktrees } from "./refs.ts";
import { remove } from "./remove.ts";
import { rescued, restore } from "./rescue.ts";
import type { WorktreesDeps, WorktreesOptions } from "./worktrees-deps.ts";
import type { Workspaces } from "./workspace.ts";

/** Workspaces as git worktrees outside the repository, one a task. */
export function createWorktrees(options: WorktreesOptions): Workspaces {
  const deps: WorktreesDeps = { ...options, addExclusively: createExclusive() };
  return {
    prepare: async (request, signal) =>
      explainingStorage("Making a workspace", prepare(deps, request, signal)),
    collect: async (workspace, request) =>
      explainingStorage("Collecting the work of an agent", collect(deps, workspace, request)),
    remove: async (request) => explainingStorage("Removing a workspace", remove(deps, request)),
    rescued: async () => rescued(deps),
    restore: async (ref, branch) => restore(deps, ref, branch),
    environment: (request, path) => environment(deps, request, path),
    list: async () => list(deps),
    branchCommit: async (branch) => branchCommit({ cwd: deps.repositoryRoot }, branch),
  };
}

/** Tasks with a folder, a record of git, or only one of them. */
async function list(deps: WorktreesDeps): Promise<readonly string[]> {
  const root = dirname(await workspacePath(deps, "any"));
  const registered = await registeredWorktrees({ cwd: deps.repositoryRoot });
  const recorded = registered.filter(({ path }) => path === join(root, basename(path)));
  const names = [...(await readdir(root)), ...recorded.map(({ path }) => basename(path))];
  return [...new Set(names)].filter((name) => isValidId(name)).toSorted();
}
