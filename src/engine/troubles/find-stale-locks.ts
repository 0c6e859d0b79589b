import { rm } from "node:fs/promises";
import { staleLocks } from "../../workspace/stale-locks.ts";
import { locksOfRepository } from "../../workspace/what-is-there.ts";
import type { LookDeps, Trouble } from "./trouble.ts";

/** Locks of git commands that were killed. Looks for two seconds where there is one. */
export async function findStaleLocks(deps: LookDeps): Promise<readonly Trouble[]> {
  // Whoever works the queue has git commands of his own, and clears what stands in his way.
  if (deps.isWorked) return [];
  const stale = await staleLocks(deps, await locksOfRepository(deps.worktrees));
  return stale.map((path) => ({
    what: "lock",
    detail: `${path} was left by a git command that was killed`,
    cure: "removes it",
    mend: async () => rm(path, { force: true }),
  }));
}
