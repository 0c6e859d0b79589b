import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Clock } from "../core/clock.ts";
import { git } from "./git.ts";
import { inside, type Worktree } from "./place.ts";
import { endStrayGit } from "./stray-git.ts";

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

/** Leaves a merge, rebase, cherry-pick or bisection; files and commits stay as they are. */
export async function clearOperations({ gitDir }: Worktree): Promise<void> {
  for (const name of OPERATION_FILES) {
    await rm(join(gitDir, name), { recursive: true, force: true });
  }
}

/** Removes locks of processes that are dead; a moment's grace for an editor that looks at it. */
export async function clearLocks(
  { clock }: { readonly clock: Clock },
  worktree: Worktree,
  branch?: string,
): Promise<void> {
  const locks = [join(worktree.gitDir, "index.lock"), join(worktree.gitDir, "HEAD.lock")];
  if (branch !== undefined) {
    const args = ["rev-parse", "--git-path", `refs/heads/${branch}.lock`];
    locks.push(resolve(worktree.path, await git(args, inside(worktree))));
  }
  if (!locks.some((path) => existsSync(path))) return;
  await endStrayGit({ clock }, worktree.gitDir);
  const signal = AbortSignal.timeout(LOCK_WAIT_MS);
  for (let waitedMs = 0; waitedMs < LOCK_WAIT_MS; waitedMs += LOCK_POLL_MS) {
    if (!locks.some((path) => existsSync(path))) return;
    await clock.sleep(LOCK_POLL_MS, signal);
  }
  for (const path of locks) await rm(path, { force: true });
}
