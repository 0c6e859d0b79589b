import type { Identity } from "./identity.ts";
import type { Glance, ProcessFacts, ProcessTable } from "./process-facts.ts";

/** What is known of a folder whose processes are looked for. */
export type Origin = {
  /** `undefined` when no wrapper has written itself down. */
  readonly identity: Identity | undefined;
  /** The entry that every process of the folder has in its environment, unless it removed it. */
  readonly marker: string;
  /** When the wrapper recorded the exit, in seconds since the boot; Linux alone. */
  readonly exitUptimeS: number | undefined;
};

/** Whether the wrapper itself lives. */
export function isAlive(table: Pick<ProcessTable, "bootId" | "find">, identity: Identity): boolean {
  return (
    table.bootId() === identity.bootId && table.find(identity.pid)?.startTime === identity.startTime
  );
}

/**
 * The living processes that came from the folder, wherever they went: those with its marker, its
 * group and session, and what descends from any of them or from `known`. Only what certainly came
 * from it is returned, since it may be killed; never this process itself.
 */
export function membersOf(
  seen: Glance,
  origin: Origin,
  known: readonly ProcessFacts[] = [],
): readonly ProcessFacts[] {
  const { identity, marker } = origin;
  if (identity && seen.bootId() !== identity.bootId) return [];

  const candidates = seen.all(identity).filter((one) => isYoungEnough(seen, one, identity));
  const marked = seen.carriers(marker, candidates.map(pidOf));
  const remembered = candidates.filter((one) => known.some((other) => isSame(one, other)));
  const sure = new Set([...marked, ...remembered.map(pidOf)]);
  if (identity) {
    const group = candidates.filter((one) => isInGroup(one, identity));
    if (isGroupStillIts(seen, origin, group, sure)) for (const one of group) sure.add(one.pid);
  }
  return withDescendants(candidates, sure).filter((one) => one.pid !== process.pid);
}

function isYoungEnough(seen: Glance, one: ProcessFacts, identity: Identity | undefined): boolean {
  return !identity || seen.startedAtS(one.startTime) >= seen.startedAtS(identity.startTime);
}

function isInGroup(one: ProcessFacts, identity: Identity): boolean {
  return one.group === identity.pid || one.session === identity.pid;
}

/**
 * Whether the group with the wrapper's number is the wrapper's. The number stays taken while anyone
 * is in the group, so one member that was there with the wrapper proves it for all; once it was
 * empty, the number may belong to a stranger.
 */
function isGroupStillIts(
  seen: Glance,
  { identity, exitUptimeS = -Infinity }: Origin,
  group: readonly ProcessFacts[],
  sure: ReadonlySet<number>,
): boolean {
  return group.some(
    (one) =>
      sure.has(one.pid) ||
      (one.pid === identity?.pid && one.startTime === identity.startTime) ||
      seen.startedAtS(one.startTime) <= exitUptimeS,
  );
}

function withDescendants(
  candidates: readonly ProcessFacts[],
  seeds: ReadonlySet<number>,
): readonly ProcessFacts[] {
  const found = new Set(seeds);
  let before: number;
  do {
    before = found.size;
    for (const one of candidates) if (found.has(one.parent)) found.add(one.pid);
  } while (found.size > before);
  return candidates.filter((one) => found.has(one.pid));
}

function isSame(one: ProcessFacts, other: ProcessFacts): boolean {
  return one.pid === other.pid && one.startTime === other.startTime;
}

function pidOf(one: ProcessFacts): number {
  return one.pid;
}
