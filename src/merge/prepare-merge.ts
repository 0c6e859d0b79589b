import { existsSync } from "node:fs";
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { OrchestraError } from "../core/errors.ts";
import { commitMessage } from "../workspace/commit-message.ts";
import { furnish } from "../workspace/furnish.ts";
import { gitError } from "../workspace/git-error.ts";
import { findWorktree } from "../workspace/git-folders.ts";
import { git, tryGit } from "../workspace/git.ts";
import { clearLocks, clearOperations, dropTornIndex } from "../workspace/half-done.ts";
import { readOwner, writeOwner, type Owner } from "../workspace/owner.ts";
import { inside, type Place, type Worktree } from "../workspace/place.ts";
import { leasePorts } from "../workspace/port-blocks.ts";
import { commitsOf, commonAncestor, pathsOf } from "../workspace/refs.ts";
import { isNarrow, narrow } from "../workspace/sparse.ts";
import { claimWorktree } from "../workspace/worktree.ts";
import type { WorktreesDeps } from "../workspace/worktrees-deps.ts";
import type { MergeRequest, PreparedMerge } from "./repository.ts";

/** No task id begins with a dot. */
const SCRATCH_NAME = ".merge";
const EXCERPT_CHARACTERS_MAX = 12_000;

/**
 * Merges a commit with the tip of its target: in the scratch worktree, unless the work goes on from
 * that tip, so that the merged files are those of the work. Moves no branch.
 */
export async function prepareMerge(
  deps: WorktreesDeps,
  request: MergeRequest,
  signal: AbortSignal,
): Promise<PreparedMerge> {
  const place = { cwd: deps.repositoryRoot };
  const { commit, targetBranch } = request;
  const [targetCommit, found] = await commitsOf(place, [`refs/heads/${targetBranch}`, commit]);
  if (targetCommit === undefined) return { kind: "missing_target" };
  if (found === undefined) throw missingCommit(request);

  const base = await commonAncestor(place, targetCommit, commit);
  const isPart = await wasPart(deps, request);
  if (base === targetCommit && !isPart && (await isWhole(place, commit, targetCommit))) {
    const isMerged = base === commit;
    const mergedCommit = isMerged ? commit : await mergeOnto(place, targetCommit, request);
    return { kind: "prepared", targetCommit, mergedCommit, toProve: undefined };
  }
  const worktree = await scratchAt(deps, request, targetCommit, signal);
  if (base !== commit) {
    const conflict = await merge(worktree, request);
    if (conflict) return { kind: "conflict", ...conflict, targetCommit };
  }
  return prepared(deps, worktree, { ...request, targetCommit, isPart }, signal);
}

/** Whether the work was proven where a part of the files was alone, so that the merge is yet to be. */
async function wasPart(deps: WorktreesDeps, { taskId }: MergeRequest): Promise<boolean> {
  if (deps.config.sparse.length > 0) return true;
  if (!existsSync(deps.worktreesRoot)) return false;
  const workspace = await findWorktree(deps, join(await realpath(deps.worktreesRoot), taskId));
  return workspace !== undefined && isNarrow(workspace);
}

/** Whether all that the work adds is there; a check-out would tell. */
async function isWhole(place: Place, commit: string, tip: string): Promise<boolean> {
  const args = ["rev-list", "--objects", "--quiet", commit, "--not", tip];
  return (await tryGit(args, place)).exitCode === 0;
}

/** The commit that merges work with the tip that it goes on from. */
async function mergeOnto(place: Place, tip: string, request: MergeRequest): Promise<string> {
  const { commit } = request;
  const args = ["commit-tree", `${commit}^{tree}`, "-p", tip, "-p", commit, "-F", "-"];
  return git(args, { ...place, input: messageOf(request) });
}

async function prepared(
  deps: WorktreesDeps,
  worktree: Worktree,
  request: MergeRequest & { readonly targetCommit: string; readonly isPart: boolean },
  signal: AbortSignal,
): Promise<PreparedMerge> {
  const { targetCommit } = request;
  const place = inside(worktree);
  const asked = ["HEAD", "HEAD^{tree}", `${request.commit}^{tree}`];
  const names = await git(["rev-parse", ...asked], place);
  const [mergedCommit = "", mergedTree, provenTree] = names.split("\n");
  if (mergedTree === provenTree && !request.isPart) {
    return { kind: "prepared", targetCommit, mergedCommit, toProve: undefined };
  }
  const isSetUp = request.setsUpAgain !== true && (await readOwner(worktree))?.isSetUp === true;
  const owner = { ...ownerOf(deps, request, ""), isSetUp };
  const output = await furnishScratch(deps, worktree, owner, signal);
  if (output !== undefined) return { kind: "unready", output, mergedCommit };
  const isFreshlySetUp = !isSetUp || deps.config.setup.length === 0;
  const toProve = { path: worktree.path, isFreshlySetUp };
  return { kind: "prepared", targetCommit, mergedCommit, toProve };
}

/** The scratch worktree, warm from the last merge, at the target's tip and free of all else. */
async function scratchAt(
  deps: WorktreesDeps,
  request: MergeRequest,
  targetCommit: string,
  signal: AbortSignal,
): Promise<Worktree> {
  await mkdir(deps.worktreesRoot, { recursive: true });
  const path = join(await realpath(deps.worktreesRoot), SCRATCH_NAME);
  const claim = { taskId: undefined, path, commit: targetCommit };
  const worktree = await claimWorktree(deps, claim, signal);
  if (!(await readOwner(worktree)))
    await writeOwner(worktree, ownerOf(deps, request, targetCommit));
  if (deps.ports.size > 0) await leasePorts(deps.ports, path);
  if (worktree.isNew) return worktree;
  await clearLocks(deps, worktree);
  await dropTornIndex(worktree);
  await clearOperations(worktree);
  await narrow(worktree, []);
  await git(["checkout", "--quiet", "--force", "--detach", targetCommit], inside(worktree));
  await git(["clean", "--quiet", "-ffd"], inside(worktree));
  return worktree;
}

type Conflict = { readonly files: readonly string[]; readonly excerpt: string };

/** The conflict, or `undefined` when the merge is made. */
async function merge(worktree: Worktree, request: MergeRequest): Promise<Conflict | undefined> {
  const place = inside(worktree);
  const options = ["--no-ff", "--no-edit", "--no-autostash", "--no-log", "--no-verify-signatures"];
  const message = ["--cleanup=verbatim", "-m", messageOf(request)];
  const args = ["merge", ...options, ...message, request.commit];
  const result = await tryGit(args, place);
  if (result.exitCode === 0) return undefined;

  const files = await pathsOf(["diff", "--name-only", "--diff-filter=U", "-z"], place);
  if (files.length === 0) throw await gitError({ args, ...place }, result);
  const diff = await git(["diff", "--no-ext-diff", "--no-textconv", "--no-color"], place);
  await clearOperations(worktree);
  await git(["reset", "--quiet", "--hard"], place);
  return { files, excerpt: bounded(`${result.stdout}\n\n${diff}`) };
}

function messageOf({ taskId, title }: MergeRequest): string {
  return commitMessage(`Merge ${title}`, `Orchestra-Task: ${taskId}`);
}

function bounded(text: string): string {
  const more = text.length - EXCERPT_CHARACTERS_MAX;
  return more <= 0 ? text : `${text.slice(0, EXCERPT_CHARACTERS_MAX)}\n… (${more} characters more)`;
}

/** What a set-up that fails has said; `undefined` when it is well. */
async function furnishScratch(
  deps: WorktreesDeps,
  worktree: Worktree,
  owner: Owner,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    await furnish(deps, worktree, owner, signal);
    return undefined;
  } catch (error) {
    const isFailing = error instanceof OrchestraError && error.code === "WORKSPACE_COMMAND_FAILED";
    if (isFailing) return error.message;
    throw error;
  }
}

/** Set-up of merged work is told of the task that it is merged for. */
function ownerOf(
  { bootId }: WorktreesDeps,
  { taskId, targetBranch }: MergeRequest,
  baseCommit: string,
): Owner {
  return {
    taskId,
    attemptId: `${taskId}-merge`,
    branch: targetBranch,
    baseBranch: targetBranch,
    baseCommit,
    provided: [],
    isSetUp: false,
    bootId,
  };
}

function missingCommit({ taskId, commit }: MergeRequest): OrchestraError {
  const message = `Merging task ${taskId}: its commit ${commit || "(none)"} is not in the repository. Look with \`orchestra recover\`.`;
  return new OrchestraError("REPOSITORY_UNUSABLE", message);
}
