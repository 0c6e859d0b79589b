import { findArchiveTroubles } from "./find-archive-troubles.ts";
import { findHalfMadeWorktrees } from "./find-half-made-worktrees.ts";
import { findLeftoverFiles } from "./find-leftover-files.ts";
import { findProjectionTroubles } from "./find-projection-troubles.ts";
import { findStaleLocks } from "./find-stale-locks.ts";
import { findStrayProcesses } from "./find-stray-processes.ts";
import { findStrayWorkspaces } from "./find-stray-workspaces.ts";
import type { LookDeps, Trouble } from "./trouble.ts";

export type FoundTroubles = {
  readonly troubles: readonly Trouble[];
  /** Whether there may be more that can be told only when these are mended. */
  readonly hidesMore: boolean;
};

/**
 * What was left behind by who was killed, and what is not as it should be; in an order in which it can
 * be mended. Of rows that are wrong, and of worktrees that git cannot read, nothing else can be told,
 * so they are then all that is found.
 */
export async function findTroubles(deps: LookDeps): Promise<FoundTroubles> {
  for (const find of [findProjectionTroubles, findHalfMadeWorktrees]) {
    const troubles = await find(deps);
    if (troubles.length > 0) return { troubles, hidesMore: true };
  }
  return { troubles: await findAll(deps), hidesMore: false };
}

async function findAll(deps: LookDeps): Promise<readonly Trouble[]> {
  const found: Trouble[] = [];
  // One after another: a process that goes on holds its workspace, and that its locks.
  for (const find of [
    findArchiveTroubles,
    findStrayProcesses,
    findStaleLocks,
    findStrayWorkspaces,
    findLeftoverFiles,
  ]) {
    found.push(...(await find(deps)));
  }
  return found;
}

/** Whether it may be mended while somebody works the queue. */
export function isMendedWhileWorked({ what }: Trouble): boolean {
  return what === "projection" || what === "archive" || what === "file";
}
