import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { worktreesBelow } from "./git-folders.ts";
import { inside, type Worktree } from "./place.ts";
import { commitOf } from "./refs.ts";
import { removeWorktree } from "./remove-worktree.ts";
import { keepUnreachable, rescue } from "./rescue.ts";
import { snapshot } from "./snapshot.ts";

// Agents make worktrees of the project inside their own: `.worktrees/` is a habit of some.

type Deps = { readonly repositoryRoot: string };

const MESSAGE = "Uncommitted work in a worktree inside a workspace\n";

/** Keeps the commits of worktrees inside a workspace that no ref contains. */
export async function keepInnerCommits(
  deps: Deps,
  { path }: Worktree,
  taskId: string,
): Promise<void> {
  for (const { gitDir } of await worktreesBelow(deps, path)) {
    await keepUnreachable(deps, gitDir, taskId);
  }
}

/** Keeps what was not committed in them, too, and has git forget them: they go with the workspace. */
export async function removeInnerWorktrees(
  deps: Deps,
  worktree: Worktree,
  taskId: string,
): Promise<void> {
  await keepInnerCommits(deps, worktree, taskId);
  for (const inner of await worktreesBelow(deps, worktree.path)) {
    if (existsSync(inner.path)) {
      await keepUncommitted(deps, inner, taskId);
      await removeWorktree(deps, inner);
    } else {
      await rm(inner.gitDir, { recursive: true, force: true });
    }
  }
}

async function keepUncommitted(deps: Deps, inner: Worktree, taskId: string): Promise<void> {
  const head = await commitOf(inside(inner), "HEAD");
  const { commit } = await snapshot(inner, { head, merged: [], message: MESSAGE, provided: [] });
  if (commit !== undefined) await rescue(deps, { taskId, name: "worktree", commit });
}
