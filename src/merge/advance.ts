import { gitError } from "../workspace/git-error.ts";
import { tryGit } from "../workspace/git.ts";
import { branchCommit } from "../workspace/refs.ts";
import type { Advance, AdvanceRequest } from "./repository.ts";
import { checkoutOf, obstaclesIn } from "./target-checkout.ts";

type Deps = { readonly repositoryRoot: string };

/** Moves the target branch by compare-and-swap, and the files of its check-out with it. */
export async function advance(deps: Deps, request: AdvanceRequest): Promise<Advance> {
  const { targetBranch, expected, merged } = request;
  const tip = await branchCommit({ cwd: deps.repositoryRoot }, targetBranch);
  if (tip !== expected) return { kind: "moved" };
  if (expected === merged) return { kind: "advanced" };

  const path = await checkoutOf(deps, targetBranch);
  if (path === undefined) return moveBranch(deps, request);
  const files = await obstaclesIn(path, { from: expected, to: merged });
  if (files) return { kind: "dirty", path, files };
  return moveCheckout(deps, request, path);
}

async function moveBranch(deps: Deps, request: AdvanceRequest): Promise<Advance> {
  const { targetBranch, expected, merged } = request;
  const ref = `refs/heads/${targetBranch}`;
  const args = ["update-ref", "-m", "orchestra: merge", ref, merged, expected];
  const call = { args, cwd: deps.repositoryRoot };
  const result = await tryGit(args, call);
  if (result.exitCode === 0) return { kind: "advanced" };
  const tip = await branchCommit({ cwd: deps.repositoryRoot }, targetBranch);
  if (tip !== expected) return { kind: "moved" };
  throw await gitError(call, result);
}

/** Git refuses to overwrite what was changed since we looked, and so moves all or nothing. */
async function moveCheckout(deps: Deps, request: AdvanceRequest, path: string): Promise<Advance> {
  const { targetBranch, expected, merged } = request;
  const head = await tryGit(["symbolic-ref", "--quiet", "HEAD"], { cwd: path });
  if (head.stdout !== `refs/heads/${targetBranch}`) return { kind: "moved" };

  const options = ["--ff-only", "--no-overwrite-ignore", "--no-autostash", "--quiet"];
  const args = ["merge", ...options, "--no-verify-signatures", merged];
  const result = await tryGit(args, { cwd: path });
  const tip = await branchCommit({ cwd: deps.repositoryRoot }, targetBranch);
  if (tip === merged) return { kind: "advanced" };
  if (tip !== expected) return { kind: "moved" };
  const files = await obstaclesIn(path, { from: expected, to: merged });
  if (files) return { kind: "dirty", path, files };
  throw await gitError({ args, cwd: path }, result);
}
