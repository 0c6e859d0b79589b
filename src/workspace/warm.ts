import { existsSync } from "node:fs";
import { mkdir, open, readdir, realpath, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { OrchestraError } from "../core/errors.ts";
import { firstLine, linkTarget } from "./git-folders.ts";
import { git } from "./git.ts";
import { inside, type Place, type Worktree } from "./place.ts";
import { keepUnreachable } from "./rescue.ts";
import { narrow, SPARSE_FILES } from "./sparse.ts";
import { endStrayGit } from "./stray.ts";
import type { WorktreesDeps } from "./worktrees-deps.ts";

// Git writes every file of a new worktree, which takes seconds where there are many; one that is there
// already is another task's by a rename. All that its task has left there is taken away first.

/** Beside the workspaces of tasks, none of which has an id like this. */
const FOLDER = ".warm";
/** A new worktree of fewer files is there as fast. */
const FILES_WORTH_KEEPING = 2_000;
/** All of git's record about a worktree that its next task is to find. */
const KEPT_OF_RECORD = ["HEAD", "commondir", "gitdir", "index"];

type Deps = Pick<
  WorktreesDeps,
  "repositoryRoot" | "worktreesRoot" | "config" | "warm" | "addExclusively" | "clock"
>;

/**
 * Keeps the worktree of an ended task for the next one, cleaned and at `commit`. Whatever only it holds
 * must be kept before. `false` when it is to be removed instead.
 */
export async function keepWarm(
  deps: Deps,
  worktree: Worktree,
  { taskId, commit }: { readonly taskId: string; readonly commit: string },
): Promise<boolean> {
  if (!(await isWorthKeeping(deps, worktree))) return false;
  await endStrayGit(deps, worktree.gitDir);
  await keepUnreachable(deps, worktree.gitDir, taskId);
  try {
    await clean(worktree, commit, deps.config.sparse);
  } catch (error) {
    // What cannot be cleaned is no longer to be trusted; removing it tells if that fails, too.
    if (error instanceof OrchestraError) return false;
    throw error;
  }
  return deps.addExclusively(async () => putAway(deps, worktree));
}

/** Makes a kept worktree the one at `path`; `undefined` when there is none. For one caller at a time. */
export async function takeWarm(
  deps: Pick<Deps, "worktreesRoot" | "config">,
  path: string,
): Promise<Worktree | undefined> {
  await sweep(deps);
  const [first] = await warmWorktrees(deps);
  if (!first) return undefined;
  // The record first: were the files there first, they would look like another repository's.
  await pointTo(first.gitDir, path);
  await rename(first.path, path);
  const taken = { path, gitDir: first.gitDir };
  // The configuration may have changed since.
  await narrow(taken, deps.config.sparse);
  return taken;
}

/** Whether it may be kept, and there is room for one more. */
async function isWorthKeeping(deps: Deps, { path, gitDir }: Worktree): Promise<boolean> {
  const { max, always } = deps.warm;
  if (max === 0 || !(await isJoined({ path, gitDir }))) return false;
  // Folders of submodules name the place where they are.
  if (existsSync(join(path, ".gitmodules"))) return false;
  if (!always && (await fileCount(gitDir)) < FILES_WORTH_KEEPING) return false;
  return (await warmWorktrees(deps)).length < max;
}

/** The number of files in the index, from its head. */
async function fileCount(gitDir: string): Promise<number> {
  const path = join(gitDir, "index");
  if (!existsSync(path)) return 0;
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(12), 0, 12, 0);
    return bytesRead === 12 ? buffer.readUInt32BE(8) : 0;
  } finally {
    await file.close();
  }
}

/** Nothing of the task before stays: no file, no setting, no note of git, no commit's name. */
async function clean(
  worktree: Worktree,
  commit: string,
  folders: readonly string[],
): Promise<void> {
  const place = inside(worktree);
  const isPart = folders.length > 0;
  await refuseHidden(place, isPart);
  await forget(worktree, KEPT_OF_RECORD);
  await git(["reset", "--quiet", "--hard", commit], place);
  await git(["clean", "--quiet", "-ffdx"], place);
  await narrow(worktree, folders);
  // Git has noted where it came from.
  await forget(worktree, isPart ? [...KEPT_OF_RECORD, ...SPARSE_FILES] : KEPT_OF_RECORD);
}

async function forget({ gitDir }: Worktree, kept: readonly string[]): Promise<void> {
  for (const name of await readdir(gitDir)) {
    if (kept.includes(name)) continue;
    await rm(join(gitDir, name), { recursive: true, force: true });
  }
}

/** Files that an agent told git not to look at would stay as they are; but for those beyond its folders. */
async function refuseHidden(place: Place, isPart: boolean): Promise<void> {
  const lines = await git(["ls-files", "-v"], place);
  if (!(isPart ? /^(?![HS] )/m : /^(?!H )/m).test(lines)) return;
  throw new OrchestraError(
    "REPOSITORY_UNUSABLE",
    `Git does not look at every file of ${place.cwd}.`,
  );
}

async function putAway(deps: Deps, { path, gitDir }: Worktree): Promise<boolean> {
  const folder = join(await realpath(deps.worktreesRoot), FOLDER);
  await sweep(deps);
  if ((await warmWorktrees(deps)).length >= deps.warm.max) return false;
  await mkdir(folder, { recursive: true });
  const names = await readdir(folder);
  const name = freeName(names);
  // The files first: were the record first, they would look like another repository's.
  try {
    await rename(path, join(folder, name));
  } catch {
    // A folder that nobody may write to cannot be moved; removing it tells why.
    return false;
  }
  await pointTo(gitDir, join(folder, name));
  return true;
}

function freeName(taken: readonly string[]): string {
  let number = 1;
  while (taken.includes(`${number}`)) number += 1;
  return `${number}`;
}

/** Those that wait, whole. */
async function warmWorktrees(place: Pick<Deps, "worktreesRoot">): Promise<readonly Worktree[]> {
  const all = await Promise.all((await foldersIn(place)).map(warmAt));
  return all.filter((one) => one !== undefined);
}

/**
 * Removes what a killed process has left half moved. For one caller at a time: one that is just being
 * moved looks the same.
 */
async function sweep(place: Pick<Deps, "worktreesRoot">): Promise<void> {
  for (const path of await foldersIn(place)) {
    if (!(await warmAt(path))) await rm(path, { recursive: true, force: true });
  }
}

async function foldersIn({ worktreesRoot }: Pick<Deps, "worktreesRoot">): Promise<string[]> {
  const folder = join(worktreesRoot, FOLDER);
  if (!existsSync(folder)) return [];
  const root = await realpath(folder);
  return (await readdir(root)).toSorted().map((name) => join(root, name));
}

async function warmAt(path: string): Promise<Worktree | undefined> {
  const gitDir = linkTarget(path, await firstLine(join(path, ".git")));
  return gitDir && (await isJoined({ path, gitDir })) ? { path, gitDir } : undefined;
}

/** Whether files and record name each other; agents delete `.git`. */
async function isJoined({ path, gitDir }: Worktree): Promise<boolean> {
  const link = join(path, ".git");
  const isLinked = linkTarget(path, await firstLine(link)) === gitDir;
  return isLinked && (await firstLine(join(gitDir, "gitdir"))) === link;
}

async function pointTo(gitDir: string, path: string): Promise<void> {
  const file = join(gitDir, "gitdir");
  await writeFile(`${file}.new`, `${join(path, ".git")}\n`);
  await rename(`${file}.new`, file);
}
