import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { OrchestraError } from "../core/errors.ts";
import { difference } from "./difference.ts";
import { provideMissing } from "./furnish.ts";
import { storageTroubleIn } from "./git-error.ts";
import { git, type GitOptions } from "./git.ts";
import { readOwner, writeOwner, type Owner } from "./owner.ts";
import { workspacePath } from "./prepare.ts";
import { commonAncestor } from "./refs.ts";
import { settle } from "./settle.ts";
import { findWorktree } from "./git-folders.ts";
import { tipOf } from "./where-branches-are.ts";
import { claimWorktree } from "./worktree.ts";
import type { WorktreesDeps } from "./worktrees-deps.ts";
import type { CollectedWork, CollectRequest, Workspace } from "./workspace.ts";

const DIFF_STAT_CHARACTERS_MAX = 4_000;
const DIFF_STAT_FILES_MAX = 40;
const MENDING_LIMIT_MS = 15 * 60_000;

/** Brings what the agent left to the attempt's branch, and says what there is. */
export async function collect(
  deps: WorktreesDeps,
  workspace: Workspace,
  request: CollectRequest,
): Promise<CollectedWork> {
  const taskId = basename(workspace.path);
  // Before anything is cleaned up: as the agent found it.
  const path = await pathHere(deps, workspace);
  const storageTrouble = await storageTroubleIn(dirname(path));
  const commit =
    (await tipOf(deps, workspace.branch)) ?? (await mergedWork(deps, workspace, request));
  // An agent may have removed the very folder it worked in; the checks need one.
  const claim = { taskId, path, commit };
  const worktree = await claimWorktree(deps, claim, AbortSignal.timeout(MENDING_LIMIT_MS));
  const recorded = await readOwner(worktree);
  if (recorded && recorded.attemptId !== request.attemptId) throw passedOn(recorded, request);
  const owner = recorded ?? ownerOf(deps, workspace, request.attemptId);
  if (!recorded) await writeOwner(worktree, owner);

  const settled = await settle(deps, worktree, owner, request);
  await provideMissing(deps, worktree, owner);
  const change = await changeBy(deps, workspace, settled.commit, request.taskCreatedAtMs);
  const work = { ...settled, ...change };
  return storageTrouble === undefined ? work : { ...work, storageTrouble };
}

/**
 * What a worktree starts at whose branch is gone: the task's work where that is merged, as it is for a
 * blackboard that was put back to a time before; else what the attempt began with.
 */
async function mergedWork(
  deps: WorktreesDeps,
  { path, baseBranch, baseCommit }: Workspace,
  { taskCreatedAtMs }: CollectRequest,
): Promise<string> {
  const place = { cwd: deps.repositoryRoot };
  const target = (await tipOf(deps, baseBranch)) ?? baseCommit;
  const merge = await mergeSince(place, basename(path), taskCreatedAtMs, target);
  const [, work = baseCommit] = merge?.split(" ") ?? [];
  return work;
}

/** Where it was made; or where it would be made now, when the blackboard came from another place. */
async function pathHere(deps: WorktreesDeps, { path }: Workspace): Promise<string> {
  const isHere = existsSync(path) && (await findWorktree(deps, path)) !== undefined;
  return isHere ? path : workspacePath(deps, basename(path));
}

function ownerOf({ bootId }: WorktreesDeps, workspace: Workspace, attemptId: string): Owner {
  const { path, branch, baseBranch, baseCommit } = workspace;
  const place = { taskId: basename(path), attemptId, branch, baseBranch, baseCommit };
  return { ...place, provided: [], isSetUp: false, bootId };
}

/** Whoever collects so late may meet the next agent at work; what was there was kept before it came. */
function passedOn({ taskId, attemptId, branch }: Owner, late: CollectRequest): OrchestraError {
  return new OrchestraError(
    "FENCED",
    `The workspace of task ${taskId} has passed from attempt ${late.attemptId} to ${attemptId} (${branch}); its work was kept before.`,
  );
}

/** What the work changes, seen from where it parted from its target. */
async function changeBy(
  deps: WorktreesDeps,
  workspace: Workspace,
  commit: string,
  taskCreatedAtMs: number,
): Promise<Pick<CollectedWork, "hasChanges" | "diffStat">> {
  const { baseBranch, baseCommit } = workspace;
  const place = { cwd: deps.repositoryRoot };
  const taskId = basename(workspace.path);
  // The agent may have merged its target meanwhile: what came with that is not its work.
  const target = (await tipOf(deps, baseBranch)) ?? baseCommit;
  const base = (await commonAncestor(place, target, commit)) ?? baseCommit;
  const options = [`--stat=100,80,${DIFF_STAT_FILES_MAX}`, "--no-color"];
  const diffStat = await difference(deps, { from: base, to: commit }, options);
  if (diffStat === "") {
    const merge = await mergeSince(place, taskId, taskCreatedAtMs, target);
    return { hasChanges: merge !== undefined, diffStat };
  }
  return { hasChanges: true, diffStat: diffStat.slice(0, DIFF_STAT_CHARACTERS_MAX) };
}

/**
 * The parents of the merge by which the task's work is in the target, although the task is being worked:
 * the blackboard was put back to a time before it, and an agent that does the work again finds nothing to
 * change. A merge from before the task was created is that of an earlier one of the same name.
 */
async function mergeSince(
  place: GitOptions,
  taskId: string,
  taskCreatedAtMs: number,
  target: string,
): Promise<string | undefined> {
  const merge = `--grep=^Orchestra-Task: ${taskId}$`;
  const since = `--since=@${Math.floor(taskCreatedAtMs / 1_000)} +0000`;
  const args = ["log", "--max-count=1", "--format=%P", "--extended-regexp", merge, since, target];
  const parents = await git(args, place);
  return parents === "" ? undefined : parents;
}
