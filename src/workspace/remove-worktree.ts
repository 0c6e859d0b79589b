import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { git, tryGit } from "./git.ts";
import { openFolders } from "./open-folders.ts";
import type { Worktree } from "./place.ts";

/** Removes a worktree's files and git's record of it. Nothing in it is kept. */
export async function removeWorktree(
  deps: { readonly repositoryRoot: string },
  { path, gitDir }: Worktree,
): Promise<void> {
  const isWorktree = ["HEAD", "commondir"].every((name) => existsSync(join(gitDir, name)));
  if (!isWorktree) {
    // An `add` was killed so early that git sees nothing in it to remove.
    await rm(path, { recursive: true, force: true });
    return rm(gitDir, { recursive: true, force: true });
  }
  // Twice: one that an unfinished `add` has left is locked.
  const call = {
    args: ["worktree", "remove", "--force", "--force", path],
    cwd: deps.repositoryRoot,
  };
  const result = await tryGit(call.args, call);
  if (result.exitCode === 0) return;
  await openFolders(path);
  // Git has forgotten it even where it could not remove all files.
  if (existsSync(gitDir)) await git(call.args, call);
}
