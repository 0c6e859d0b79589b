import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { inside, type Worktree } from "./place.ts";
import { pathsOf } from "./refs.ts";

/** Folders that are looked into, those nearest to the top first: a tenth of a second's work. */
const FOLDERS_MAX = 1_000;
const REPOSITORIES_MAX = 100;
/** What a package manager fills has thousands of folders, and nobody's commits. */
const NOT_WORKED_IN = ["node_modules"];

/**
 * Git's folders of repositories that lie in what the worktree ignores, as far as a short search finds
 * them. Git does not tell of them as it does of those in untracked folders.
 */
export async function ignoredRepositories(worktree: Worktree): Promise<readonly string[]> {
  const args = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"];
  const ignored = await pathsOf(args, inside(worktree));
  const folders = ignored
    .filter((path) => path.endsWith("/") && !isNotWorkedIn(path))
    .map((path) => join(worktree.path, path));
  const found: string[] = [];
  // It grows while it is walked.
  for (const [index, folder] of folders.entries()) {
    if (index >= FOLDERS_MAX || found.length >= REPOSITORIES_MAX) break;
    const inner = await foldersIn(folder);
    if (inner.includes(".git")) found.push(join(folder, ".git"));
    else
      folders.push(
        ...inner.filter((name) => !isNotWorkedIn(name)).map((name) => join(folder, name)),
      );
  }
  return found;
}

function isNotWorkedIn(path: string): boolean {
  return NOT_WORKED_IN.includes(basename(path));
}

async function foldersIn(folder: string): Promise<string[]> {
  // One that cannot be read is nobody's to work in.
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
