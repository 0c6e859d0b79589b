import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { OrchestraError } from "../core/errors.ts";
import { isValidId } from "../core/names.ts";
import { environment } from "./environment.ts";
import { furnish } from "./furnish.ts";
import { tryGit } from "./git.ts";
import { clearLocks, dropTornIndex } from "./half-done.ts";
import { readOwner, writeOwner, type Owner } from "./owner.ts";
import { inside, type Worktree } from "./place.ts";
import { branchCommit } from "./refs.ts";
import { checkOut, settle } from "./settle.ts";
import { claimWorktree } from "./worktree.ts";
import type { WorktreesDeps } from "./worktrees-deps.ts";
import type { Workspace, WorkspaceRequest } from "./workspace.ts";

const KEEP_MESSAGE = "Uncommitted work of an attempt that was broken off";

/** Makes the attempt's workspace: its files, its branch, what git does not carry, its set-up. */
export async function prepare(
  deps: WorktreesDeps,
  request: WorkspaceRequest,
  signal: AbortSignal,
): Promise<Workspace> {
  const { taskId, branch, baseBranch } = request;
  const path = await workspacePath(deps, taskId);
  const base = await baseTip(deps, baseBranch);
  const claim = { taskId, path, commit: await startOf(deps, request, base) };
  const worktree = await claimWorktree(deps, claim, signal);

  const owner = await takeOver(deps, worktree, request, base);
  signal.throwIfAborted();
  await furnish(deps, worktree, owner, signal);
  return {
    path,
    branch,
    baseBranch,
    baseCommit: owner.baseCommit,
    env: environment(deps, request, path),
  };
}

/** Where a task's workspace is: the same for all its attempts, as agents key sessions by it. */
export async function workspacePath(deps: WorktreesDeps, taskId: string): Promise<string> {
  if (!isValidId(taskId)) {
    const message = `Making a workspace: ${JSON.stringify(taskId)} is no task id.`;
    throw new OrchestraError("INVALID_ID", message);
  }
  await mkdir(deps.worktreesRoot, { recursive: true });
  // Git records the real path.
  return join(await realpath(deps.worktreesRoot), taskId);
}

/** Puts the attempt on its branch, after the work of the one before it has come to rest. */
async function takeOver(
  deps: WorktreesDeps,
  worktree: Worktree,
  request: WorkspaceRequest,
  base: string,
): Promise<Owner> {
  await clearLocks(deps, worktree, request);
  await dropTornIndex(worktree);
  const before = await readOwner(worktree);
  if (before && (await isTakenOver(worktree, before, request))) return before;
  if (before) {
    await settle(deps, worktree, before, { message: KEEP_MESSAGE, commitLeftovers: true });
  }
  const start = await startOf(deps, request, base);
  const owner: Owner = {
    taskId: request.taskId,
    attemptId: request.attemptId,
    branch: request.branch,
    baseBranch: request.baseBranch,
    baseCommit: await mergeBase(deps, base, start),
    provided: before?.provided ?? [],
    isSetUp: before?.isSetUp ?? false,
  };
  await checkOut(worktree, request.branch, start);
  await writeOwner(worktree, owner);
  return owner;
}

/** An earlier try at this attempt came as far as its branch, and no agent has run since. */
async function isTakenOver(
  worktree: Worktree,
  before: Owner,
  request: WorkspaceRequest,
): Promise<boolean> {
  const head = await tryGit(["symbolic-ref", "--quiet", "HEAD"], inside(worktree));
  const isOnBranch = head.stdout === `refs/heads/${request.branch}`;
  return before.attemptId === request.attemptId && isOnBranch;
}

async function baseTip(deps: WorktreesDeps, baseBranch: string): Promise<string> {
  const commit = await branchCommit({ cwd: deps.repositoryRoot }, baseBranch);
  if (commit !== undefined) return commit;
  const message = `Making a workspace: there is no branch ${baseBranch}. Make it, or choose another target.`;
  throw new OrchestraError("REPOSITORY_UNUSABLE", message);
}

/** The attempt's own branch where an earlier try has made it; else what it is to go on from. */
async function startOf(
  deps: WorktreesDeps,
  { branch, previousBranch }: WorkspaceRequest,
  base: string,
): Promise<string> {
  const place = { cwd: deps.repositoryRoot };
  const own = await branchCommit(place, branch);
  if (own !== undefined || previousBranch === undefined) return own ?? base;
  return (await branchCommit(place, previousBranch)) ?? base;
}

/** Where the work and its target part; `base` where their histories have nothing in common. */
export async function mergeBase(
  deps: { readonly repositoryRoot: string },
  base: string,
  tip: string,
): Promise<string> {
  const { exitCode, stdout } = await tryGit(["merge-base", base, tip], {
    cwd: deps.repositoryRoot,
  });
  return exitCode === 0 ? (stdout.split("\n")[0] ?? base) : base;
}
