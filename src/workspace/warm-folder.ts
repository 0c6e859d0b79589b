import { existsSync } from "node:fs";
import { mkdir, readdir, realpath, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { writeWhole } from "./flush.ts";
import { dropHalfMadeRecord } from "./half-made.ts";
import { findWorktree, firstLine, linkTarget } from "./git-folders.ts";
import type { Worktree } from "./place.ts";
import { removeWorktree } from "./remove-worktree.ts";
import type { WorktreesDeps } from "./worktrees-deps.ts";

// Where clean worktrees wait for next tasks. What moves there or away is for one caller at a time: one
// that is just being moved looks like what a killed process has left.

/** Beside the workspaces of tasks, none of which has an id like these. */
const FOLDER = ".warm";
const MAKING = ".warming";

const BOOT_ID_LENGTH = 8;

type Deps = Pick<WorktreesDeps, "repositoryRoot" | "worktreesRoot" | "bootId">;

/** Where one is made for a next task. */
export async function placeToMake({ worktreesRoot }: Pick<Deps, "worktreesRoot">): Promise<string> {
  await mkdir(worktreesRoot, { recursive: true });
  return join(await realpath(worktreesRoot), MAKING);
}

/** Removes what a killed process has left there. */
export async function dropHalfMade(deps: Deps): Promise<void> {
  const path = await placeToMake(deps);
  const left = await findWorktree(deps, path);
  if (left) await removeWorktree(deps, left);
  await dropHalfMadeRecord(deps, path);
  await rm(path, { recursive: true, force: true });
}

/** Has a clean worktree wait for a next task; `false` where it cannot be moved. */
export async function putAway(deps: Deps, { path, gitDir }: Worktree): Promise<boolean> {
  const folder = join(await realpath(deps.worktreesRoot), FOLDER);
  await sweep(deps);
  await mkdir(folder, { recursive: true });
  const waiting = join(folder, freeName(deps, await readdir(folder)));
  // The files first: were the record first, they would look like another repository's.
  try {
    await rename(path, waiting);
  } catch {
    // A folder that nobody may write to cannot be moved; removing it tells why.
    return false;
  }
  await pointTo(gitDir, waiting);
  return true;
}

/** Gives a worktree that waits to a task. */
export async function moveTo({ path, gitDir }: Worktree, taskPath: string): Promise<Worktree> {
  // The record first: were the files there first, they would look like another repository's.
  await pointTo(gitDir, taskPath);
  await rename(path, taskPath);
  return { path: taskPath, gitDir };
}

function freeName(deps: Deps, taken: readonly string[]): string {
  let number = 1;
  while (taken.includes(prefixOf(deps) + number)) number += 1;
  return prefixOf(deps) + number;
}

/** Files of before the machine went down are not relied on. */
function prefixOf({ bootId }: Pick<Deps, "bootId">): string {
  return `${bootId.slice(0, BOOT_ID_LENGTH)}-`;
}

/** Those that wait, whole. */
export async function warmWorktrees(
  place: Pick<Deps, "worktreesRoot">,
): Promise<readonly Worktree[]> {
  const all = await Promise.all((await foldersIn(place)).map(warmAt));
  return all.filter((one) => one !== undefined);
}

/** Removes what a killed process has left half moved, and what is of before the machine went down. */
export async function sweep(deps: Deps): Promise<void> {
  for (const path of await foldersIn(deps)) {
    const worktree = await warmAt(path);
    if (worktree && basename(path).startsWith(prefixOf(deps))) continue;
    if (worktree) await removeWorktree(deps, worktree);
    await rm(path, { recursive: true, force: true });
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
export async function isJoined({ path, gitDir }: Worktree): Promise<boolean> {
  const link = join(path, ".git");
  const isLinked = linkTarget(path, await firstLine(link)) === gitDir;
  return isLinked && (await firstLine(join(gitDir, "gitdir"))) === link;
}

async function pointTo(gitDir: string, path: string): Promise<void> {
  await writeWhole(join(gitDir, "gitdir"), `${join(path, ".git")}\n`);
}
