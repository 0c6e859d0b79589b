import { dropHalfMade, placeToMake, putAway } from "./warm-folder.ts";
import { forgetOrigin, isOneWanted } from "./warm.ts";
import { addWorktree } from "./worktree.ts";
import type { WorktreesDeps } from "./worktrees-deps.ts";

/**
 * Makes a clean worktree for a next task, unless one waits or making one is quick. An attempt that
 * begins meanwhile waits for it, no longer than for one of its own, and takes it.
 */
export async function prewarm(deps: WorktreesDeps, signal: AbortSignal): Promise<void> {
  await deps.addExclusively(async () => {
    if (signal.aborted || !(await isOneWanted(deps))) return;
    await dropHalfMade(deps);
    const { sparse: folders } = deps.config;
    const path = await placeToMake(deps);
    try {
      const worktree = await addWorktree(deps, { path, commit: "HEAD", folders }, signal);
      await forgetOrigin(worktree, folders);
      await putAway(deps, worktree);
    } finally {
      // Nothing is there any more, unless this was broken off.
      await dropHalfMade(deps);
    }
  });
}
