import { existsSync } from "node:fs";
import { runPhase } from "./furnish.ts";
import { git, tryGit } from "./git.ts";
import { readOwner } from "./owner.ts";
import { inside, type Worktree } from "./place.ts";
import { workspacePath } from "./prepare.ts";
import { branchCommit, commitOf, isAncestor, registeredWorktrees } from "./refs.ts";
import { rescueBranch } from "./rescue.ts";
import { settle } from "./settle.ts";
import { discardWorktree, findWorktree } from "./worktree.ts";
import type { WorktreesDeps } from "./worktrees-deps.ts";
import type { RemoveRequest } from "./workspace.ts";

const REMOVE_MESSAGE = "Uncommitted work of a workspace that was removed";
const TEARDOWN_LIMIT_MS = 30 * 60_000;

/**
 * Removes a task's workspace and branches, worktree last: it is what tells a later call that
 * something is still to be done. A failing `teardown` is thrown when all the rest is done.
 */
export async function remove(deps: WorktreesDeps, request: RemoveRequest): Promise<void> {
  const { taskId } = request;
  const place = { cwd: deps.repositoryRoot };
  const path = await workspacePath(deps, taskId);
  const worktree = await findWorktree(deps, path);
  const failure = worktree ? await leave(deps, worktree) : undefined;

  for (const branch of request.branches) await removeBranch(deps, request, branch, path);
  const commit = request.mergedInto && (await branchCommit(place, request.mergedInto));
  const head = commit ?? (await commitOf(place, "HEAD")) ?? "";
  await discardWorktree(deps, { taskId, path, commit: head }, worktree);
  if (failure) throw failure;
}

/** Tears down, brings the work to rest, and lets go of the branch. Returns a teardown's failure. */
async function leave(deps: WorktreesDeps, worktree: Worktree): Promise<Error | undefined> {
  const owner = await readOwner(worktree);
  if (!owner || !existsSync(worktree.path)) return undefined;
  const signal = AbortSignal.timeout(TEARDOWN_LIMIT_MS);
  const failure = await failureOf(runPhase(deps, worktree, owner, "teardown", signal));
  const { commit } = await settle(deps, worktree, owner, {
    message: REMOVE_MESSAGE,
    commitLeftovers: true,
  });
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

async function removeBranch(
  deps: WorktreesDeps,
  { taskId, mergedInto, keepBranch }: RemoveRequest,
  branch: string,
  path: string,
): Promise<void> {
  const place = { cwd: deps.repositoryRoot };
  const commit = branch === keepBranch ? undefined : await branchCommit(place, branch);
  if (commit === undefined) return;
  // A person is looking at it.
  const worktrees = await registeredWorktrees(place);
  if (worktrees.some((one) => one.branch === branch && one.path !== path)) return;

  const isMerged =
    mergedInto !== undefined &&
    (await isAncestor(place, { ancestor: commit, descendant: `refs/heads/${mergedInto}` }));
  if (!isMerged && (await hasOwnCommits(deps, commit))) {
    await rescueBranch(deps, { taskId, branch, commit });
  }
  await git(["update-ref", "-d", `refs/heads/${branch}`, commit], place);
  // An agent that pushed it has left a section in the configuration.
  await tryGit(["config", "--remove-section", `branch.${branch}`], place);
}

/** Whether the branch has commits that no branch, tag or remote of the user's has. */
async function hasOwnCommits(deps: WorktreesDeps, commit: string): Promise<boolean> {
  const others = ["--exclude=orchestra/*", "--branches", "--tags", "--remotes"];
  const count = await git(["rev-list", "--max-count=1", commit, "--not", ...others], {
    cwd: deps.repositoryRoot,
  });
  return count !== "";
}
