import { existsSync, lstatSync } from "node:fs";
import { readdir, realpath } from "node:fs/promises";
import { basename, join } from "node:path";
import { isValidId } from "../core/names.ts";
import { git } from "./git.ts";
import { readOwner } from "./owner.ts";
import { checkOutsOf } from "./where-branches-are.ts";
import { commonDirOf, findWorktree } from "./git-folders.ts";
import type { WorktreesDeps } from "./worktrees-deps.ts";

// Told from the repository and the folder of the worktrees alone, and without making either.

type Place = Pick<WorktreesDeps, "repositoryRoot" | "worktreesRoot">;

/** Ids of the tasks that have a folder, a record of git, or only one of them. */
export async function tasksWithWorkspace(place: Place): Promise<readonly string[]> {
  const root = await rootOf(place);
  const checkOuts = await checkOutsOf(place);
  const recorded = checkOuts.filter(({ path }) => path === join(root, basename(path)));
  const folders = existsSync(root) ? await readdir(root) : [];
  const names = [...folders, ...recorded.map(({ path }) => basename(path))];
  return [...new Set(names)].filter((name) => isValidId(name)).toSorted();
}

/** The branch of the attempt that the task's workspace was prepared for last. */
export async function branchOfWorkspace(place: Place, taskId: string): Promise<string | undefined> {
  const worktree = await findWorktree(place, join(await rootOf(place), taskId));
  return worktree && (await readOwner(worktree))?.branch;
}

/** The branches of attempts, but for those that a person has checked out. */
export async function branchesOfAttempts(place: Place): Promise<readonly string[]> {
  const args = ["for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads/orchestra/"];
  const branches = (await git(args, { cwd: place.repositoryRoot })).split("\n");
  const root = await rootOf(place);
  const checkOuts = await checkOutsOf(place);
  const looked = checkOuts.filter(({ path }) => path !== join(root, basename(path)));
  const taken = new Set(looked.map(({ branch }) => branch));
  return branches.filter((name) => /^orchestra\/[^/]+-[^/]+\/\d+$/.test(name) && !taken.has(name));
}

const SHARED_LOCKS = ["packed-refs.lock", "config.lock", "objects/maintenance.lock"];

/** Git's lock files that stand in the way of Orchestra's own work alone, or of everybody's refs. */
export async function locksOfRepository(place: Place): Promise<readonly string[]> {
  const commonDir = await commonDirOf(place);
  const ours = ["refs/heads/orchestra", "refs/orchestra"].map((name) => join(commonDir, name));
  const records = (await tasksWithWorkspace(place)).map((id) => findRecord(place, id));
  const gitDirs = (await Promise.all(records)).filter((gitDir) => gitDir !== undefined);
  const found = [...ours, ...gitDirs].map(async (folder) => locksIn(folder));
  const shared = SHARED_LOCKS.map((name) => join(commonDir, name));
  return [...shared.filter((path) => existsSync(path)), ...(await Promise.all(found)).flat()];
}

async function findRecord(place: Place, taskId: string): Promise<string | undefined> {
  return (await findWorktree(place, join(await rootOf(place), taskId)))?.gitDir;
}

async function locksIn(folder: string): Promise<string[]> {
  // A branch may have the name that the folder would have.
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith(".lock")).map((name) => join(folder, name));
}

/** Git records the real path. */
async function rootOf({ worktreesRoot }: Place): Promise<string> {
  return existsSync(worktreesRoot) ? realpath(worktreesRoot) : worktreesRoot;
}
