import { existsSync, lstatSync } from "node:fs";
import { open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { OrchestraError } from "../core/errors.ts";
import { gitDirOf } from "./git-folders.ts";
import { git } from "./git.ts";
import { seesEveryFile } from "./hidden-files.ts";
import { inside, type Place, type Worktree } from "./place.ts";
import { narrow, SPARSE_FILES } from "./sparse.ts";
import { endStrayGit } from "./stray.ts";
import { dropHalfMade, isJoined, moveTo, putAway, sweep, warmWorktrees } from "./warm-folder.ts";
import type { WorktreesDeps } from "./worktrees-deps.ts";

// Git writes every file of a new worktree, which takes seconds where there are many; one that is there
// already is another task's by a rename. All that its task has left there is taken away first.

/** A new worktree of fewer files is there as fast. */
const FILES_WORTH_KEEPING = 2_000;
/** All of git's record about a worktree that its next task is to find. */
const KEPT_OF_RECORD = ["HEAD", "commondir", "gitdir", "index"];

type Deps = Pick<
  WorktreesDeps,
  "repositoryRoot" | "worktreesRoot" | "config" | "warm" | "addExclusively" | "clock" | "bootId"
>;

/**
 * Keeps the worktree of an ended task for the next one, cleaned and at `commit`. Whatever only it holds
 * must be kept before. `false` when it is to be removed instead.
 */
export async function keepWarm(deps: Deps, worktree: Worktree, commit: string): Promise<boolean> {
  if (!(await isWorthKeeping(deps, worktree))) return false;
  await endStrayGit(deps, worktree.gitDir);
  try {
    await clean(worktree, commit, deps.config.sparse);
  } catch (error) {
    // What cannot be cleaned is no longer to be trusted; removing it tells if that fails, too.
    if (error instanceof OrchestraError) return false;
    throw error;
  }
  return deps.addExclusively(async () => (await hasRoom(deps)) && putAway(deps, worktree));
}

/**
 * Makes a kept worktree the one at `path`, of these folders or of all; `undefined` when there is none.
 * For one caller at a time.
 */
export async function takeWarm(
  deps: Pick<Deps, "repositoryRoot" | "worktreesRoot" | "bootId">,
  path: string,
  folders: readonly string[],
): Promise<Worktree | undefined> {
  await dropHalfMade(deps);
  await sweep(deps);
  const [first] = await warmWorktrees(deps);
  if (!first) return undefined;
  const taken = await moveTo(first, path);
  // The configuration may have changed since.
  await narrow(taken, folders);
  return taken;
}

/** Whether a next task of this repository would have to wait for its worktree. For one caller at a time. */
export async function isOneWanted(deps: Deps): Promise<boolean> {
  const path = deps.repositoryRoot;
  if (!(await isSlowToMake(deps, { path, gitDir: await gitDirOf(path) }))) return false;
  return (await warmWorktrees(deps)).length === 0;
}

/** Whether it may be kept, and there is room for one more. */
async function isWorthKeeping(deps: Deps, worktree: Worktree): Promise<boolean> {
  return (
    (await isJoined(worktree)) && (await isSlowToMake(deps, worktree)) && (await hasRoom(deps))
  );
}

async function hasRoom(deps: Deps): Promise<boolean> {
  return (await warmWorktrees(deps)).length < deps.warm.max;
}

async function isSlowToMake({ warm }: Deps, { path, gitDir }: Worktree): Promise<boolean> {
  // Folders of submodules name the place where they are.
  if (warm.max === 0 || existsSync(join(path, ".gitmodules"))) return false;
  return warm.always || (await fileCount(gitDir)) >= FILES_WORTH_KEEPING;
}

/** The number of files in the index, from its head. */
async function fileCount(gitDir: string): Promise<number> {
  const path = join(gitDir, "index");
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return 0;
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(12), 0, 12, 0);
    return bytesRead === 12 ? buffer.readUInt32BE(8) : 0;
  } finally {
    await file.close();
  }
}

/**
 * Nothing of the task before stays: no file, no setting, no note of git, no commit's name. The note of
 * its owner goes first. Whoever finds a worktree without one removes it, because nobody's work is there:
 * all was kept before. With the note, half a reset would look like changes of that owner's. And what is
 * not clean to the end is no other task's, because only then is it put away.
 */
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
  await forgetOrigin(worktree, folders);
}

/** Git has noted where the worktree of these folders, or of all, came from. */
export async function forgetOrigin(worktree: Worktree, folders: readonly string[]): Promise<void> {
  const isPart = folders.length > 0;
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
  if (await seesEveryFile(place, isPart)) return;
  throw new OrchestraError(
    "REPOSITORY_UNUSABLE",
    `Git does not look at every file of ${place.cwd}.`,
  );
}
