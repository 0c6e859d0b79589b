import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { entryAt } from "../workspace/entry-at.ts";
import { pathsOf, registeredWorktrees } from "../workspace/refs.ts";
import { commonDirOf, gitDirOf } from "../workspace/worktree.ts";

type Deps = { readonly repositoryRoot: string };

const OPERATIONS = [
  "MERGE_HEAD",
  "CHERRY_PICK_HEAD",
  "REVERT_HEAD",
  "rebase-merge",
  "rebase-apply",
];

/** The folder in which a branch is checked out, or is being rebased; `undefined` when in none. */
export async function checkoutOf(deps: Deps, branch: string): Promise<string | undefined> {
  const worktrees = await registeredWorktrees({ cwd: deps.repositoryRoot });
  const found = worktrees.find((one) => one.branch === branch && existsSync(one.path));
  return found?.path ?? rebasingWorktree(deps, branch);
}

/**
 * Why the files in `path` cannot follow their branch now: names of changed files, and of untracked
 * ones that `change` would overwrite. Empty in the middle of a merge or rebase with no file
 * changed; `undefined` when nothing is in the way.
 */
export async function obstaclesIn(
  path: string,
  change?: { readonly from: string; readonly to: string },
): Promise<readonly string[] | undefined> {
  const place = { cwd: path };
  const options = ["-z", "--no-renames", "--untracked-files=no", "--ignore-submodules=dirty"];
  const status = await pathsOf(["status", "--porcelain", ...options], place);
  const changed = status.map((line) => line.slice("XY ".length));
  const inTheWay = change ? await overwritten(path, change) : [];
  const files = [...new Set([...changed, ...inTheWay])];
  if (files.length > 0) return files;
  const gitDir = await gitDirOf(path);
  return OPERATIONS.some((name) => existsSync(join(gitDir, name))) ? [] : undefined;
}

/** Files that are there already where `to` has new ones: git itself would overwrite ignored ones. */
async function overwritten(
  path: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<string[]> {
  const args = ["diff", "--name-only", "--no-renames", "--diff-filter=A", "-z", from, to];
  const added = await pathsOf(args, { cwd: path });
  const there = [...new Set(added.map((name) => standingAt(path, name)))];
  const names = there.filter((name) => name !== undefined);
  const inPlaceOfFolders = names.filter((name) => !added.includes(name));
  if (inPlaceOfFolders.length === 0) return names;
  // Those that the branch has itself make way.
  const asked = ["--literal-pathspecs", "ls-files", "-z", "--", ...inPlaceOfFolders];
  const tracked = new Set(await pathsOf(asked, { cwd: path }));
  return names.filter((name) => !tracked.has(name));
}

/** What is there of that name, or is a file where a folder of that name would be. */
function standingAt(path: string, name: string): string | undefined {
  if (entryAt(join(path, name))) return name;
  const folder = dirname(name);
  if (folder === ".") return undefined;
  return entryAt(join(path, folder))?.isDirectory() ? undefined : standingAt(path, folder);
}

/** A rebase detaches HEAD, and moves its branch at the end, over whatever was there. */
async function rebasingWorktree(deps: Deps, branch: string): Promise<string | undefined> {
  const commonDir = await commonDirOf(deps);
  const records = join(commonDir, "worktrees");
  const names = existsSync(records) ? await readdir(records) : [];
  for (const gitDir of [commonDir, ...names.map((name) => join(records, name))]) {
    for (const operation of ["rebase-merge", "rebase-apply"]) {
      const head = await lineOf(join(gitDir, operation, "head-name"));
      if (head !== `refs/heads/${branch}`) continue;
      const link = await lineOf(join(gitDir, "gitdir"));
      return link === undefined ? deps.repositoryRoot : dirname(resolve(gitDir, link));
    }
  }
  return undefined;
}

/** The text of a file of one line; `undefined` when there is no such file. */
async function lineOf(path: string): Promise<string | undefined> {
  return existsSync(path) ? (await readFile(path, "utf8")).trim() : undefined;
}
