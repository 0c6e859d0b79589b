import { existsSync } from "node:fs";
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { OrchestraError } from "../core/errors.ts";
import { isValidId } from "../core/names.ts";
import { beginBranch, checkOut } from "./check-out.ts";
import { environment } from "./environment.ts";
import { furnish } from "./furnish.ts";
import { clearLocks, dropTornIndex } from "./half-done.ts";
import { findWorktree } from "./git-folders.ts";
import { keepInner } from "./keep-repository.ts";
import { isOfEarlierBoot, readOwner, writeOwner, type Owner } from "./owner.ts";
import type { Worktree } from "./place.ts";
import { leasePorts } from "./port-blocks.ts";
import { commitsOf, commonAncestor, isAncestor } from "./refs.ts";
import { refuseTaken } from "./seat.ts";
import { settle } from "./settle.ts";
import { branchAt } from "./where-branches-are.ts";
import { claimWorktree, discardWorktree, type Claimed } from "./worktree.ts";
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
  const there = await findWorktree(deps, path);
  if (there) await refuseTaken({ worktree: there, taskId });
  if (there) await leaveEarlierBoot(deps, taskId, there);
  const start = await startOf(deps, request);
  const claim = { taskId, path, commit: start.previous ?? start.base };
  const worktree = await claimWorktree(deps, claim, signal);

  const owner = await takeOver(deps, worktree, request, start);
  signal.throwIfAborted();
  if (deps.ports.size > 0) await leasePorts(deps.ports, path);
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

/** Keeps what is in a workspace of before the machine went down; of its files none is relied on. */
async function leaveEarlierBoot(
  deps: WorktreesDeps,
  taskId: string,
  worktree: Worktree,
): Promise<void> {
  const { path } = worktree;
  const owner = existsSync(path) ? await readOwner(worktree) : undefined;
  if (!owner || !isOfEarlierBoot(deps, owner)) return;
  const { commit } = await settle(deps, worktree, owner, {
    message: KEEP_MESSAGE,
    commitLeftovers: false,
  });
  await keepInner(deps, worktree, taskId);
  await discardWorktree(deps, { taskId, path, commit }, worktree);
}

/** Puts the attempt on its branch, after the work of the one before it has come to rest. */
async function takeOver(
  deps: WorktreesDeps,
  worktree: Claimed,
  request: WorkspaceRequest,
  claimed: Start,
): Promise<Owner> {
  await clearLocks(deps, worktree, request);
  await dropTornIndex(worktree);
  const before = await readOwner(worktree);
  if (before && (await isTakenOver(worktree, before, request))) return before;
  if (before) {
    await settle(deps, worktree, before, { message: KEEP_MESSAGE, commitLeftovers: true });
  }
  // What came to rest may be what this attempt goes on from.
  const start = before ? await startOf(deps, request) : claimed;
  const { base } = start;
  const commit = await commitFor(deps, request, start, before);
  const owner: Owner = {
    taskId: request.taskId,
    attemptId: request.attemptId,
    branch: request.branch,
    baseBranch: request.baseBranch,
    // Histories that have nothing in common part where the work begins.
    baseCommit: (await commonAncestor({ cwd: deps.repositoryRoot }, base, commit)) ?? base,
    provided: before?.provided ?? [],
    isSetUp: before?.isSetUp ?? false,
    bootId: deps.bootId,
  };
  const to = { branch: request.branch, commit };
  if (!worktree.isNew || !(await beginBranch(worktree, to))) {
    await checkOut(worktree, { ...to, removesUntracked: before !== undefined });
  }
  await writeOwner(worktree, owner);
  return owner;
}

/** An earlier try at this attempt came as far as its branch, and no agent has run since. */
async function isTakenOver(
  worktree: Worktree,
  before: Owner,
  request: WorkspaceRequest,
): Promise<boolean> {
  if (before.attemptId !== request.attemptId) return false;
  return (await branchAt(worktree.gitDir)) === request.branch;
}

/** What the attempt's branch begins with: itself, where an earlier try at this attempt has made it. */
async function commitFor(
  deps: WorktreesDeps,
  { attemptId, branch }: WorkspaceRequest,
  { base, own, previous = base }: Start,
  before: Owner | undefined,
): Promise<string> {
  if (own === undefined) return previous;
  if (before?.attemptId === attemptId) return own;
  // A try that was killed before it said whose the branch is has left nothing else there.
  const place = { cwd: deps.repositoryRoot };
  if (await isAncestor(place, { ancestor: own, descendant: previous })) return previous;
  const message = `Making a workspace: the branch ${branch} is there already, with work that is not of this attempt. Rename it or delete it; the next attempt has a name of its own.`;
  throw new OrchestraError("REPOSITORY_UNUSABLE", message);
}

type Start = {
  /** The tip of the target branch. */
  readonly base: string;
  /** That of the attempt's own branch, if there is one. */
  readonly own: string | undefined;
  /** That of the branch which it goes on from. */
  readonly previous: string | undefined;
};

async function startOf(deps: WorktreesDeps, request: WorkspaceRequest): Promise<Start> {
  const { branch, previousBranch, baseBranch } = request;
  const names = [baseBranch, branch, previousBranch ?? baseBranch];
  const [base, own, previous] = await commitsOf(
    { cwd: deps.repositoryRoot },
    names.map((name) => `refs/heads/${name}`),
  );
  if (base !== undefined) return { base, own, previous };
  const message = `Making a workspace: there is no branch ${baseBranch}. Make it, or choose another target.`;
  throw new OrchestraError("REPOSITORY_UNUSABLE", message);
}
