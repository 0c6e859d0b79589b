import { findArchiveTroubles } from "./find-archive-troubles.ts";
import { findLeftoverFiles } from "./find-leftover-files.ts";
import { findProjectionTroubles } from "./find-projection-troubles.ts";
import { findStaleLocks } from "./find-stale-locks.ts";
import { findStrayProcesses } from "./find-stray-processes.ts";
import { findStrayWorkspaces } from "./find-stray-workspaces.ts";
import type { LookDeps, Trouble } from "./trouble.ts";

/**
 * What was left behind by who was killed, and what is not as it should be; in an order in which it can
 * be mended. Of rows that are wrong nothing else can be told, so they are then all that is found.
 */
export async function findTroubles(deps: LookDeps): Promise<readonly Trouble[]> {
  const wrong = await findProjectionTroubles(deps);
  if (wrong.length > 0) return wrong;
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
