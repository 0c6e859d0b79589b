import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { git } from "./git.ts";
import { inside, type Place, type Worktree } from "./place.ts";

/** What git keeps about the folders of a worktree, in its folder about it. */
export const SPARSE_FILES = ["config.worktree", "info"];

/**
 * Leaves these folders and the files above them in a worktree, or all where none is named. By git's own
 * setting, so that the agent's commands do not take the others for removed.
 */
export async function narrow(worktree: Worktree, folders: readonly string[]): Promise<void> {
  const place = inside(worktree);
  if (folders.length > 0) {
    const args = ["sparse-checkout", "set", "--cone", "--no-sparse-index", "--stdin"];
    await git(args, { ...place, input: folders.map((one) => `${one}\n`).join("") });
  } else if (isNarrow(worktree)) {
    await git(["sparse-checkout", "disable"], place);
  }
}

/** Whether the worktree may hold a part of the files alone; agents narrow theirs, too. */
export function isNarrow({ gitDir }: Worktree): boolean {
  return existsSync(join(gitDir, "info/sparse-checkout"));
}

/** An index of `commit` that knows which files a narrow worktree is not to have. */
export async function readNarrowTree(place: Place, commit: string, folder: string): Promise<void> {
  // Git notes that only where it writes the others.
  const empty = await mkdtemp(join(folder, "files-"));
  await git(["read-tree", "-m", "-u", commit], {
    cwd: empty,
    env: { ...place.env, GIT_WORK_TREE: empty },
  });
}
