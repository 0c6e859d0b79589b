import { basename } from "node:path";
import { provideMissing } from "./furnish.ts";
import { git, tryGit } from "./git.ts";
import { readOwner, writeOwner, type Owner } from "./owner.ts";
import { mergeBase } from "./prepare.ts";
import { branchCommit } from "./refs.ts";
import { settle } from "./settle.ts";
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
  const place = { cwd: deps.repositoryRoot };
  const taskId = basename(workspace.path);
  const commit = (await branchCommit(place, workspace.branch)) ?? workspace.baseCommit;
  // An agent may have removed the very folder it worked in; the checks need one.
  const claim = { taskId, path: workspace.path, commit };
  const worktree = await claimWorktree(deps, claim, AbortSignal.timeout(MENDING_LIMIT_MS));
  const recorded = await readOwner(worktree);
  const owner = recorded ?? ownerOf(workspace, taskId, request.attemptId);
  if (!recorded) await writeOwner(worktree, owner);

  const settled = await settle(deps, worktree, owner, request);
  await provideMissing(deps, worktree, owner);
  return { ...settled, ...(await difference(deps, workspace, settled.commit)) };
}

function ownerOf(workspace: Workspace, taskId: string, attemptId: string): Owner {
  const { branch, baseBranch, baseCommit } = workspace;
  return { taskId, attemptId, branch, baseBranch, baseCommit, provided: [], isSetUp: false };
}

/** What the work changes, seen from where it parted from its target. */
async function difference(
  deps: WorktreesDeps,
  { baseBranch, baseCommit }: Workspace,
  commit: string,
): Promise<Pick<CollectedWork, "hasChanges" | "diffStat">> {
  const place = { cwd: deps.repositoryRoot };
  // The agent may have merged its target meanwhile: what came with that is not its work.
  const target = (await branchCommit(place, baseBranch)) ?? baseCommit;
  const base = await mergeBase(deps, target, commit);
  const { exitCode } = await tryGit(["diff", "--quiet", "--no-ext-diff", base, commit], place);
  if (exitCode === 0) return { hasChanges: false, diffStat: "" };
  const stat = `--stat=100,80,${DIFF_STAT_FILES_MAX}`;
  const diffStat = await git(["diff", stat, "--no-ext-diff", "--no-color", base, commit], place);
  return { hasChanges: true, diffStat: diffStat.slice(0, DIFF_STAT_CHARACTERS_MAX) };
}
