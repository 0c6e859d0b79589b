import { lstatSync } from "node:fs";
import { join } from "node:path";
import { commitAtRest } from "./at-rest.ts";
import { checkOut, isHalfCheckedOut } from "./check-out.ts";
import { commitMessage } from "./commit-message.ts";
import { flushRef } from "./flush.ts";
import { git, nulSeparated } from "./git.ts";
import { clearLocks, clearOperations, dropTornIndex } from "./half-done.ts";
import { isOfEarlierBoot, type Owner } from "./owner.ts";
import { uncoverFiles } from "./hidden-files.ts";
import { keepInnerCommits } from "./inner-worktrees.ts";
import { inside, type Worktree } from "./place.ts";
import { commitOf, commitsOf, isAncestor } from "./refs.ts";
import { keepRepository } from "./keep-repository.ts";
import { keepUnreachable, rescue } from "./rescue.ts";
import { isNarrow } from "./sparse.ts";
import { snapshot, type Snapshot } from "./snapshot.ts";
import { readLeft } from "./read-left.ts";
import { branchAt } from "./where-branches-are.ts";
import type { WorktreesDeps } from "./worktrees-deps.ts";

export type SettleDeps = Pick<WorktreesDeps, "repositoryRoot" | "clock" | "bootId">;

export type SettleRequest = {
  readonly message: string;
  /** Whether uncommitted changes go onto the branch, or under a rescue ref; those of an earlier boot always do. */
  readonly commitLeftovers: boolean;
};

export type Settled = {
  /** The tip of the owner's branch, which is checked out and clean. */
  readonly commit: string;
  readonly leftovers: readonly string[];
};

/**
 * Brings a workspace to rest: all that was done in it is on its owner's branch or under a rescue
 * ref, the branch is checked out, and nothing is uncommitted or half done. No process may be
 * working in it. A crash anywhere leaves it as it was, or nearer to rest.
 */
export async function settle(
  deps: SettleDeps,
  worktree: Worktree,
  owner: Owner,
  request: SettleRequest,
): Promise<Settled> {
  await clearLocks(deps, worktree, owner);
  await dropTornIndex(worktree);
  const resting = await asItRests(deps, worktree, owner);
  const settled = resting ?? (await bringToRest(deps, worktree, owner, request));
  await flushRef(deps, `refs/heads/${owner.branch}`);
  return settled;
}

/** Without a snapshot where nothing is to be taken in: most workspaces are looked at more than once. */
async function asItRests(
  deps: SettleDeps,
  worktree: Worktree,
  owner: Owner,
): Promise<Settled | undefined> {
  const commit = await commitAtRest(deps, worktree, owner);
  if (commit === undefined) return undefined;
  await keepUnreachable(deps, worktree.gitDir, owner.taskId);
  return { commit, leftovers: [] };
}

async function bringToRest(
  deps: SettleDeps,
  worktree: Worktree,
  owner: Owner,
  request: SettleRequest,
): Promise<Settled> {
  await uncoverFiles(inside(worktree), isNarrow(worktree));
  const left = await leftIn(deps, worktree, owner, request);
  const commit = await advanceBranch(deps, worktree, owner, left, request);
  const { changed, nested, isHidden } = left.files;
  await keepInnerCommits(deps, worktree, owner.taskId);
  if (nested.length > 0) await keepNested(deps, worktree, owner, { ...request, nested });
  await keepUnreachable(deps, worktree.gitDir, owner.taskId);
  await clearOperations(worktree);
  const isAsItWas = left.head === commit && changed.length + nested.length === 0;
  const removesUntracked = !isAsItWas || !isHidden || owner.provided.length > 0;
  await checkOut(worktree, { branch: owner.branch, commit, removesUntracked });
  return { commit, leftovers: changed };
}

type Left = {
  /** Where HEAD is, and whether on the owner's branch. */
  readonly head: string | undefined;
  readonly isOnBranch: boolean;
  /** Where the owner's branch is. */
  readonly tip: string | undefined;
  readonly files: Snapshot;
};

async function leftIn(
  deps: SettleDeps,
  worktree: Worktree,
  owner: Owner,
  { message }: SettleRequest,
): Promise<Left> {
  const place = inside(worktree);
  const [head, tip] = await commitsOf(place, ["HEAD", `refs/heads/${owner.branch}`]);
  const isOnBranch = (await branchAt(worktree.gitDir)) === owner.branch;
  const files = await snapshot(worktree, {
    head,
    merged: await resolvedMerge(worktree),
    message: commitMessage(message, `Orchestra-Attempt: ${owner.attemptId}`),
    provided: owner.provided,
  });
  return { head, isOnBranch, tip, files };
}

/** The other side of a merge whose conflicts are all resolved, and which only was not committed. */
async function resolvedMerge(worktree: Worktree): Promise<string[]> {
  const path = join(worktree.gitDir, "MERGE_HEAD");
  const sides = (await readLeft(path))?.toString() ?? "";
  if (sides === "") return [];
  const unmerged = await git(["ls-files", "--unmerged", "-z"], inside(worktree));
  if (nulSeparated(unmerged).length > 0) return [];
  return sides.split("\n").filter((line) => line !== "");
}

/** Moves the owner's branch to what the agent has reached, and returns its tip. */
async function advanceBranch(
  deps: SettleDeps,
  worktree: Worktree,
  owner: Owner,
  left: Left,
  request: SettleRequest,
): Promise<string> {
  const { taskId, branch, baseCommit } = owner;
  const place = { cwd: deps.repositoryRoot };
  const { tip } = left;
  const reached = (await isReachedByBranch(place, left)) ? left.head : undefined;

  const isWhole = !isHalfCheckedOut(worktree) && !isOfEarlierBoot(deps, owner);
  const takesSnapshot = request.commitLeftovers && reached !== undefined && isWhole;
  const snapshotCommit = left.files.commit;
  if (snapshotCommit !== undefined && !takesSnapshot) {
    await rescue(deps, { taskId, name: "leftovers", commit: snapshotCommit });
  }
  const next = (takesSnapshot ? snapshotCommit : undefined) ?? reached ?? tip ?? baseCommit;
  // Itself, always: an agent may have made it another name of a branch that is not ours to move.
  await git(["update-ref", "--no-deref", `refs/heads/${branch}`, next, tip ?? ""], place);
  return next;
}

/**
 * Whether HEAD is the attempt's work: its branch, or something that goes on from it, or all there
 * is when the branch was deleted. Elsewhere the agent only went to look at something.
 */
async function isReachedByBranch(
  place: { readonly cwd: string },
  { head, isOnBranch, tip }: Left,
): Promise<boolean> {
  if (head === undefined) return false;
  if (isOnBranch || tip === undefined) return true;
  return isAncestor(place, { ancestor: tip, descendant: head });
}

/** A repository inside is no part of the work, and goes with the next check-out. */
async function keepNested(
  deps: SettleDeps,
  worktree: Worktree,
  owner: Owner,
  { message, nested }: SettleRequest & { readonly nested: readonly string[] },
): Promise<void> {
  for (const path of nested) {
    const gitDir = join(worktree.path, path, ".git");
    const isOwn = lstatSync(gitDir, { throwIfNoEntry: false })?.isDirectory() === true;
    if (isOwn) await keepRepository(deps, gitDir, owner.taskId);
  }
  const whole = await snapshot(worktree, {
    head: await commitOf(inside(worktree), "HEAD"),
    merged: [],
    message: commitMessage(`${message} (with repositories inside)`),
    provided: owner.provided,
    includesNested: true,
  });
  if (whole.commit === undefined) return;
  await rescue(deps, { taskId: owner.taskId, name: "nested", commit: whole.commit });
}
