import { explainingStorage } from "../workspace/git-error.ts";
import { despiteHalfMade } from "../workspace/half-made.ts";
import { isAncestor } from "../workspace/refs.ts";
import { branchNamed } from "../workspace/where-branches-are.ts";
import type { WorktreesDeps } from "../workspace/worktrees-deps.ts";
import { advance } from "./advance.ts";
import { undoHalfDoneMove } from "./half-done-move.ts";
import { prepareMerge } from "./prepare-merge.ts";
import type { MergeRepository } from "./repository.ts";
import { checkoutOf, obstaclesIn } from "./target-checkout.ts";

/** The merge queue's git operations, with a scratch worktree beside the tasks' workspaces. */
export function createMergeRepository(deps: WorktreesDeps): MergeRepository {
  return {
    prepareMerge: async (request, signal) =>
      explainingStorage(
        "Preparing a merge",
        despiteHalfMade(deps, async () => prepareMerge(deps, request, signal)),
      ),
    advance: async (request) =>
      explainingStorage(
        "Merging",
        despiteHalfMade(deps, async () => advance(deps, request)),
      ),
    dirtyCheckout: async (targetBranch) =>
      explainingStorage(
        "Preparing a merge",
        despiteHalfMade(deps, async () => dirtyCheckout(deps, targetBranch)),
      ),
    isMerged: async (commit, branch) =>
      isAncestor(
        { cwd: deps.repositoryRoot },
        { ancestor: commit, descendant: `refs/heads/${branch}` },
      ),
  };
}

async function dirtyCheckout(
  deps: WorktreesDeps,
  targetBranch: string,
): Promise<{ readonly path: string; readonly files: readonly string[] } | undefined> {
  await undoHalfDoneMove(deps);
  const path = await checkoutOf(deps, await branchNamed(deps, targetBranch));
  const files = path === undefined ? undefined : await obstaclesIn(path);
  return path === undefined || files === undefined ? undefined : { path, files };
}
