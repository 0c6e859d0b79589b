import { flushRef } from "../workspace/flush.ts";
import { gitError } from "../workspace/git-error.ts";
import { tryGit } from "../workspace/git.ts";
import { branchAt, branchNamed, tipOf } from "../workspace/where-branches-are.ts";
import { gitDirOf } from "../workspace/git-folders.ts";
import type { WorktreesDeps } from "../workspace/worktrees-deps.ts";
import { endMove, moveEnvironment, noteMove } from "./half-done-move.ts";
import type { Advance, AdvanceRequest } from "./repository.ts";
import { checkoutOf, filesChangedBy, obstaclesIn, type DifferingFiles } from "./target-checkout.ts";

/** Names what a user may have configured otherwise for the branch or for every merge. */
const FOLLOWING = [
  "--ff-only",
  "--no-squash",
  "--no-overwrite-ignore",
  "--no-autostash",
  "--no-verify-signatures",
  "--quiet",
];

type Deps = { readonly repositoryRoot: string };

/** Moves the target branch by compare-and-swap, and the files of its check-out with it. */
export async function advance(deps: WorktreesDeps, given: AdvanceRequest): Promise<Advance> {
  const request = { ...given, targetBranch: await branchNamed(deps, given.targetBranch) };
  const { targetBranch, expected, merged } = request;
  if ((await tipOf(deps, targetBranch)) !== expected) return { kind: "moved" };
  if (expected === merged) return { kind: "advanced" };

  const path = await checkoutOf(deps, targetBranch);
  if (path === undefined) return moveBranch(deps, request);
  const change = await filesChangedBy(path, { from: expected, to: merged });
  const files = await obstaclesIn(path, change);
  if (files) return { kind: "dirty", path, files };
  return moveCheckout(deps, request, path, change);
}

async function moveBranch(deps: Deps, request: AdvanceRequest): Promise<Advance> {
  const { targetBranch, expected, merged } = request;
  const ref = `refs/heads/${targetBranch}`;
  const args = ["update-ref", "-m", "orchestra: merge", ref, merged, expected];
  const call = { args, cwd: deps.repositoryRoot };
  const result = await tryGit(args, call);
  if (result.exitCode === 0) {
    await flushRef(deps, ref);
    return { kind: "advanced" };
  }
  if ((await tipOf(deps, targetBranch)) !== expected) return { kind: "moved" };
  throw await gitError(call, result);
}

/** Git refuses to overwrite what was changed since we looked, and moves all or nothing, if it lives. */
async function moveCheckout(
  deps: WorktreesDeps,
  request: AdvanceRequest,
  path: string,
  change: DifferingFiles,
): Promise<Advance> {
  const { targetBranch, expected, merged } = request;
  if ((await branchAt(await gitDirOf(path))) !== targetBranch) return { kind: "moved" };

  const args = ["merge", ...FOLLOWING, merged];
  const move = { path, targetBranch, expected, merged };
  await noteMove(deps, move);
  const result = await tryGit(args, { cwd: path, env: moveEnvironment(move) });
  await endMove(deps, move, change);
  const tip = await tipOf(deps, targetBranch);
  if (tip === merged) return { kind: "advanced" };
  if (tip !== expected) return { kind: "moved" };
  const files = await obstaclesIn(path, change);
  if (files) return { kind: "dirty", path, files };
  throw await gitError({ args, cwd: path }, result);
}
