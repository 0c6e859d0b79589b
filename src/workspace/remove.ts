import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkOutsOf, tipOf } from "./where-branches-are.ts";
import { runPhase } from "./furnish.ts";
import { git } from "./git.ts";
import { isOfEarlierBoot, readOwner } from "./owner.ts";
import { commonDirOfWorktree, inside, type Worktree } from "./place.ts";
import { workspacePath } from "./prepare.ts";
import { branchCommit, commitOf, isAncestor } from "./refs.ts";
import { removeInnerWorktrees } from "./inner-worktrees.ts";
import { keepInner } from "./keep-repository.ts";
import { rescueBranch } from "./rescue.ts";
import { refuseTaken } from "./seat.ts";
import { settle } from "./settle.ts";
import { clearStaleLocks } from "./stale-locks.ts";
import { commonDirOf, findWorktree } from "./git-folders.ts";
import { discardWorktree } from "./worktree.ts";
import { keepWarm } from "./warm.ts";
import type { WorktreesDeps } from "./worktrees-deps.ts";
import type { RemoveRequest } from "./workspace.ts";

const REMOVE_MESSAGE = "Uncommitted work of a workspace that was removed";
/** Tear-down commands have their own limit each. */
const NEVER = new AbortController().signal;

/**
 * Removes a task's workspace and branches, worktree last: it is what tells a later call that
 * something is still to be done. A failing `teardown` is thrown when all the rest is done.
 */
export async function remove(deps: WorktreesDeps, request: RemoveRequest): Promise<void> {
  const { taskId } = request;
  const place = { cwd: deps.repositoryRoot };
  const path = await workspacePath(deps, taskId);
  const worktree = await findWorktree(deps, path);
  if (worktree && (await isPassedOn(worktree, request))) return;
  if (worktree) await refuseTaken({ worktree, taskId });
  if (worktree) await clearStaleLocks(deps, sharedLocks(worktree, request));
  const failure = worktree ? await leave(deps, worktree) : undefined;

  for (const branch of request.branches) await removeBranch(deps, request, branch, path);
  const { mergedInto } = request;
  const target = mergedInto === undefined ? undefined : await tipOf(deps, mergedInto);
  const claim = { taskId, path, commit: target ?? (await commitOf(place, "HEAD")) ?? "" };
  if (worktree && failure === undefined && (await isReliable(deps, worktree))) {
    if (await keepWarm(deps, worktree, claim.commit)) return;
  }
  await discardWorktree(deps, claim, worktree);
  if (failure) throw failure;
}

/** It was prepared for an attempt that whoever removes it does not know of, and may be at work. */
async function isPassedOn(worktree: Worktree, { branches }: RemoveRequest): Promise<boolean> {
  const owner = await readOwner(worktree);
  return owner !== undefined && !branches.includes(owner.branch);
}

/** What removing branches takes: a removal that was killed may have left it locked. */
function sharedLocks({ gitDir }: Worktree, { branches }: RemoveRequest): string[] {
  const names = ["packed-refs", "config", ...branches.map((branch) => `refs/heads/${branch}`)];
  return names.map((name) => join(commonDirOfWorktree(gitDir), `${name}.lock`));
}

async function isReliable(deps: WorktreesDeps, worktree: Worktree): Promise<boolean> {
  const owner = await readOwner(worktree);
  return owner !== undefined && !isOfEarlierBoot(deps, owner);
}

/** Tears down, brings the work to rest, and lets go of the branch. Returns a teardown's failure. */
async function leave(deps: WorktreesDeps, worktree: Worktree): Promise<Error | undefined> {
  const owner = await readOwner(worktree);
  if (!owner || !existsSync(worktree.path)) return undefined;
  const failure = await failureOf(runPhase(deps, worktree, owner, "teardown", NEVER));
  const { commit } = await settle(deps, worktree, owner, {
    message: REMOVE_MESSAGE,
    commitLeftovers: true,
  });
  // Attempts leave what is ignored where it is; now it goes.
  await keepInner(deps, worktree, owner.taskId);
  await removeInnerWorktrees(deps, worktree, owner.taskId);
  await git(["update-ref", "--no-deref", "HEAD", commit], inside(worktree));
  return failure;
}

async function failureOf(work: Promise<void>): Promise<Error | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    // Kept, not dropped: the caller throws it when what must be done is done.
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Removes a branch that nobody has checked out but at `path`; what only it has is kept first. */
export async function removeBranch(
  deps: Pick<WorktreesDeps, "repositoryRoot">,
  { taskId, mergedInto, keepBranch }: Omit<RemoveRequest, "branches">,
  branch: string,
  path: string,
): Promise<void> {
  const place = { cwd: deps.repositoryRoot };
  const commit = branch === keepBranch ? undefined : await branchCommit(place, branch);
  if (commit === undefined) return;
  // A person is looking at it.
  const checkOuts = await checkOutsOf(deps);
  if (checkOuts.some((one) => one.branch === branch && one.path !== path)) return;

  const isMerged =
    mergedInto !== undefined &&
    (await isAncestor(place, { ancestor: commit, descendant: `refs/heads/${mergedInto}` }));
  if (!isMerged && (await hasOwnCommits(deps, commit))) {
    await rescueBranch(deps, { taskId, branch, commit });
  }
  await git(["update-ref", "--no-deref", "-d", `refs/heads/${branch}`, commit], place);
  // An agent that pushed it has left a section in the configuration.
  const config = await readFile(join(await commonDirOf(deps), "config"), "utf8");
  if (!config.includes(`[branch "${branch}"]`)) return;
  await git(["config", "--remove-section", `branch.${branch}`], place);
}

/** Whether the branch has commits that no branch, tag or remote of the user's has. */
async function hasOwnCommits(
  deps: Pick<WorktreesDeps, "repositoryRoot">,
  commit: string,
): Promise<boolean> {
  const others = ["--exclude=orchestra/*", "--branches", "--tags", "--remotes"];
  const count = await git(["rev-list", "--max-count=1", commit, "--not", ...others], {
    cwd: deps.repositoryRoot,
  });
  return count !== "";
}
