import { lstatSync } from "node:fs";
import { join } from "node:path";
import { firstLine, linkTarget } from "./git-folders.ts";
import { inside, type Worktree } from "./place.ts";
import { pathsOf } from "./refs.ts";

/** How git marks a folder of which it tracks the commit alone. */
const GITLINK = "160000 ";

/** The repositories inside that the worktree tracks by their commit alone, as it does submodules. */
export async function linkedRepositories(worktree: Worktree): Promise<readonly Worktree[]> {
  const entries = await pathsOf(["ls-files", "--stage", "-z"], inside(worktree));
  const links = entries.filter((entry) => entry.startsWith(GITLINK));
  const paths = links.map((entry) => join(worktree.path, entry.slice(entry.indexOf("\t") + 1)));
  const found = await Promise.all([...new Set(paths)].map(repositoryAt));
  return found.filter((one) => one !== undefined);
}

/** `undefined` where a submodule was not checked out. */
async function repositoryAt(path: string): Promise<Worktree | undefined> {
  const git = join(path, ".git");
  const stats = lstatSync(git, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return { path, gitDir: git };
  const gitDir = linkTarget(path, await firstLine(git));
  const isThere = gitDir && lstatSync(gitDir, { throwIfNoEntry: false })?.isDirectory();
  return isThere ? { path, gitDir } : undefined;
}
