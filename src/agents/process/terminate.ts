import type { Clock } from "../../core/clock.ts";
import type { Termination } from "../processes.ts";
import type { Census } from "./census.ts";
import { claimForNobody, readIdentity } from "./identity.ts";
import { membersOf, type Origin } from "./members.ts";
import { readOrigin } from "./origin.ts";
import type { ProcessFacts, ProcessTable } from "./process-facts.ts";
import { until } from "./until.ts";

export type TerminateDeps = {
  readonly table: ProcessTable;
  readonly clock: Clock;
  readonly census: Census;
};

/** How long a killed process may take to be gone; one in an uninterruptible call takes longer. */
const KILL_WAIT_MS = 5_000;

type Hunt = {
  readonly deps: TerminateDeps;
  readonly origin: Origin;
  /** Everything seen alive so far: who loses its parent is then not lost sight of. */
  known: readonly ProcessFacts[];
};

/**
 * Ends everything that was started from the folder: asks, waits, kills, and looks for what left the
 * group. Nothing can start from the folder afterwards.
 */
export async function terminate(
  deps: TerminateDeps,
  folder: string,
  graceMs: number,
): Promise<Termination> {
  // A wrapper that was started, but has not come to say so, finds the folder taken and ends.
  if (!readIdentity(folder)) claimForNobody(folder);
  const origin = readOrigin(folder);
  const known = await deps.census(origin);
  if (known.length === 0) return { survivorsKilled: 0, isProvenDead: true };
  const hunt: Hunt = { deps, origin, known };
  await endGroup(hunt, graceMs);
  return endSurvivors(hunt);
}

/** Those alive now. */
function look(hunt: Hunt): readonly ProcessFacts[] {
  const found = membersOf(hunt.deps.table.glance(), hunt.origin, hunt.known);
  hunt.known = [
    ...hunt.known,
    ...found.filter((one) => !hunt.known.some((old) => old.pid === one.pid)),
  ];
  return found;
}

async function endGroup(hunt: Hunt, graceMs: number): Promise<void> {
  const { deps, origin } = hunt;
  const group = origin.identity?.pid;
  if (group === undefined) return;
  const isOver = (): boolean => !look(hunt).some((one) => one.group === group);
  // Someone who ends the attempt from inside it would fall with its group; the survivors' way spares it.
  if (isOver() || deps.table.find(process.pid)?.group === group) return;

  if (graceMs > 0) {
    deps.table.signal(-group, "SIGTERM");
    if (await until(deps.clock, isOver, graceMs)) return;
  }
  deps.table.signal(-group, "SIGKILL");
  await until(deps.clock, isOver, KILL_WAIT_MS);
}

async function endSurvivors(hunt: Hunt): Promise<Termination> {
  const { deps } = hunt;
  const killed = new Set<number>();
  const isOver = (): boolean => {
    const left = look(hunt);
    for (const { pid } of left) if (deps.table.signal(pid, "SIGKILL")) killed.add(pid);
    return left.length === 0;
  };
  const isProvenDead = await until(deps.clock, isOver, KILL_WAIT_MS);
  return { survivorsKilled: killed.size, isProvenDead };
}
