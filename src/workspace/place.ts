import { dirname } from "node:path";

/** Where a git command runs: the repository, or one worktree's own folder in it. */
export type Place = { readonly cwd: string; readonly env?: Readonly<Record<string, string>> };

/** A worktree, and git's own folder about it. */
export type Worktree = { readonly path: string; readonly gitDir: string };

/** For commands on a worktree's files; names its git folder, as an agent may have broken `.git`. */
export function inside({ path, gitDir }: Worktree): Place {
  return { cwd: path, env: { GIT_DIR: gitDir, GIT_WORK_TREE: path } };
}

/** For commands that need no files, which may be gone. */
export function insideGitDir(gitDir: string): Place {
  return { cwd: gitDir, env: { GIT_DIR: gitDir } };
}

/** The folder that all worktrees of a repository share; theirs are in its folder `worktrees`. */
export function commonDirOfWorktree(gitDir: string): string {
  return dirname(dirname(gitDir));
}
