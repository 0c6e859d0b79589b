import { createHash } from "node:crypto";
import { existsSync, lstatSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { commonDirOfWorktree, type Worktree } from "./place.ts";
import { readLeft } from "./read-left.ts";
import { endStrayGit } from "./stray.ts";

/** What can be left half done. Git's own way of leaving it is to forget these files. */
const OPERATION_FILES = [
  "MERGE_HEAD",
  "MERGE_MODE",
  "MERGE_MSG",
  "MERGE_RR",
  "MERGE_AUTOSTASH",
  "AUTO_MERGE",
  "SQUASH_MSG",
  "CHERRY_PICK_HEAD",
  "REVERT_HEAD",
  "REBASE_HEAD",
  "rebase-merge",
  "rebase-apply",
  "sequencer",
  "BISECT_START",
  "BISECT_LOG",
  "BISECT_NAMES",
  "BISECT_TERMS",
];
const LOCK_WAIT_MS = 2_000;
const LOCK_POLL_MS = 100;

/** Whether anything is left of a merge, rebase, cherry-pick or bisection. */
export function hasOperation({ gitDir }: Worktree): boolean {
  return OPERATION_FILES.some((name) => existsSync(join(gitDir, name)));
}

/** Leaves a merge, rebase, cherry-pick or bisection; files and commits stay as they are. */
export async function clearOperations({ gitDir }: Worktree): Promise<void> {
  for (const name of OPERATION_FILES) {
    await rm(join(gitDir, name), { recursive: true, force: true });
  }
}

/**
 * Removes an index that was torn when the machine went down. Git does not look at the checksum, and
 * takes what is left of it for the whole.
 */
export async function dropTornIndex({ gitDir }: Worktree): Promise<void> {
  const file = join(gitDir, "index");
  const bytes = await readLeft(file);
  if (bytes && !isWhole(bytes)) await rm(file, { force: true });
}

/** Whether the bytes end with their checksum, of either of git's kinds, or with none at all. */
function isWhole(bytes: Buffer): boolean {
  const endsWithSum = (algorithm: string, length: number): boolean => {
    const sum = createHash(algorithm).update(bytes.subarray(0, -length)).digest();
    return sum.equals(bytes.subarray(-length));
  };
  const isUnsummed = bytes.length > 20 && bytes.subarray(-20).every((byte) => byte === 0);
  return isUnsummed || endsWithSum("sha1", 20) || endsWithSum("sha256", 32);
}

/** Who works in a worktree; its locks are then looked for, too. */
type LockOwner = { readonly taskId: string; readonly branch: string };

/** Removes locks of processes that are dead; a moment's grace for an editor that looks at it. */
export async function clearLocks(
  { clock }: { readonly clock: Clock },
  worktree: Worktree,
  owner?: LockOwner,
): Promise<void> {
  const locks = await locksOf(worktree, owner);
  if (locks.length === 0) return;
  await endStrayGit({ clock }, worktree.gitDir);
  const signal = AbortSignal.timeout(LOCK_WAIT_MS);
  for (let waitedMs = 0; waitedMs < LOCK_WAIT_MS; waitedMs += LOCK_POLL_MS) {
    if (!locks.some((path) => existsSync(path))) return;
    await clock.sleep(LOCK_POLL_MS, signal);
  }
  for (const path of locks) await rm(path, { force: true });
}

/** The locks of what is nobody's but this worktree's, and of its task's branches and rescue refs. */
async function locksOf({ gitDir }: Worktree, owner: LockOwner | undefined): Promise<string[]> {
  const own = await locksIn(gitDir);
  if (!owner) return own;
  const refs = join(commonDirOfWorktree(gitDir), "refs");
  // An attempt that was given back before it began has a branch there, too, or only its lock.
  const branches = await locksIn(dirname(join(refs, "heads", owner.branch)));
  const kept = await locksIn(join(refs, "orchestra/rescue", owner.taskId));
  return [...own, ...branches, ...kept];
}

async function locksIn(folder: string): Promise<string[]> {
  // A branch may have the name that the folder would have.
  const isThere = lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  const names = isThere ? await readdir(folder) : [];
  return names.filter((name) => name.endsWith(".lock")).map((name) => join(folder, name));
}
