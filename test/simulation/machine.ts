import { hostname } from "node:os";
import type { Glance, ProcessFacts, ProcessTable } from "../../src/agents/process/process-facts.ts";
import type { Clock } from "../../src/core/clock.ts";
import type { ProcessHolder } from "../../src/core/lease.ts";
import type { LifeRecord } from "../../src/core/limits.ts";
import { isGone, type Owner, type Scheduler } from "./scheduler.ts";

/** A computer: its clock, its processes, its files. The files outlive everything. */
export type Machine = Owner & {
  readonly machine: undefined;
  bootId: string;
  bootedAtMs: number;
  /** How far its wall clock is off. */
  wallOffsetMs: number;
  /** How long it has slept since it booted. */
  asleepMs: number;
  readonly processes: Map<number, Listed>;
  /** By attempt. */
  readonly folders: Map<string, Folder>;
  /** By task. */
  readonly worktrees: Map<string, Worktree>;
  /** What is checked out where merges are made. */
  scratch: string | undefined;
  lastStart: number;
  /** When a number was last known to be in use. */
  readonly takenAtMs: Map<number, number>;
};

/** A process that is alive. */
export type Listed = Omit<ProcessFacts, "parent"> & {
  parent: number;
  readonly owner: Owner;
  readonly marker: string;
  readonly onSignal: (signal: "SIGTERM" | "SIGKILL") => void;
};

export type Folder = {
  /** `nobody` once nothing may be started from it any more. */
  identity: ProcessHolder | "nobody" | undefined;
  exit: { readonly exitCode: number | undefined; readonly signal: string | undefined } | undefined;
  endedAtMs: number;
  exitUptimeS: number;
  life: LifeRecord | undefined;
  prompt: string | undefined;
  /** What an agent that listens is told, a line each. */
  inbox: string | undefined;
  note: string | undefined;
};

export type Worktree = {
  readonly taskId: string;
  /** The attempt that it was last made ready for, and its branch. */
  attemptId: string;
  branch: string;
  baseCommit: string;
  /** What is not committed. */
  readonly dirty: Map<string, string>;
};

/** Above those of the process that simulates. */
const PID_FIRST = 100_000_000;
export const TICK_MS = 10;

export function createMachine(name: string, nowMs: number): Machine {
  return {
    name,
    machine: undefined,
    isDead: false,
    pausedUntilMs: 0,
    bootId: `${name}-boot-1`,
    bootedAtMs: nowMs,
    wallOffsetMs: 0,
    asleepMs: 0,
    processes: new Map(),
    folders: new Map(),
    worktrees: new Map(),
    scratch: undefined,
    lastStart: 0,
    takenAtMs: new Map(),
  };
}

export function createOwner(name: string, machine: Machine): Owner {
  return { name, machine, isDead: false, pausedUntilMs: 0 };
}

/** What keeps a machine's time for those on it. */
export function machineClock(
  machine: Machine,
  { nowMs }: Scheduler,
): Pick<Clock, "nowMs" | "awakeMs"> {
  return {
    nowMs: () => nowMs() + machine.wallOffsetMs,
    awakeMs: () => awakeAt(machine, nowMs()),
  };
}

/** While it sleeps, it does not age. */
function awakeAt({ bootedAtMs, asleepMs, pausedUntilMs }: Machine, nowMs: number): number {
  return Math.max(nowMs, pausedUntilMs) - bootedAtMs - asleepMs;
}

/** A new process. It gets the lowest number that is free, so that those of the dead are soon taken. */
export function list(
  machine: Machine,
  scheduler: Scheduler,
  given: Pick<Listed, "owner" | "marker" | "onSignal"> & { readonly leader?: Listed },
): Listed {
  let pid = PID_FIRST;
  while (isTaken(machine, pid, awakeAt(machine, scheduler.nowMs()))) pid += 1;
  machine.takenAtMs.delete(pid);
  machine.lastStart = Math.max(machine.lastStart + 1, machineClock(machine, scheduler).awakeMs());
  const { leader, ...rest } = given;
  const listed: Listed = {
    ...rest,
    pid,
    parent: leader?.pid ?? 1,
    group: leader?.group ?? pid,
    session: leader?.session ?? pid,
    startTime: String(machine.lastStart),
  };
  machine.processes.set(pid, listed);
  return listed;
}

/**
 * A number is free again when no group and no session bears it either; and no machine is so fast
 * that all others were used up within one tick of its clock.
 */
function isTaken({ processes, takenAtMs }: Machine, pid: number, awakeMs: number): boolean {
  const isBorne = [...processes.values()].some(
    (one) => one.pid === pid || one.group === pid || one.session === pid,
  );
  if (isBorne) takenAtMs.set(pid, awakeMs);
  return isBorne || awakeMs - (takenAtMs.get(pid) ?? -Infinity) <= TICK_MS;
}

/** It is dead from now on, and whatever it had under way never happens. */
export function end(machine: Machine, nowMs: number, listed: Listed): void {
  if (machine.processes.get(listed.pid) !== listed) return;
  machine.takenAtMs.set(listed.pid, awakeAt(machine, nowMs));
  machine.processes.delete(listed.pid);
  for (const child of machine.processes.values()) {
    if (child.parent === listed.pid) child.parent = 1;
  }
  listed.owner.isDead = true;
}

/** What the operating system tells of its processes; `onSignal` is told of each that is signalled. */
export function tableOf(
  machine: Machine,
  onSignal: (one: Listed) => void = () => undefined,
): ProcessTable {
  const told = {
    bootId: () => machine.bootId,
    startedAtS: (startTime: string) => Number(startTime) / 1_000,
  };
  const glance = (): Glance => ({
    ...told,
    all: () => [...machine.processes.values()],
    carriers: (entry, pids) => pids.filter((pid) => machine.processes.get(pid)?.marker === entry),
  });
  return {
    ...told,
    glance,
    find: (pid) => machine.processes.get(pid),
    signal: (target, signal) => {
      const targets = [...machine.processes.values()].filter((one) =>
        target < 0 ? one.group === -target : one.pid === target,
      );
      for (const one of targets) {
        onSignal(one);
        one.onSignal(signal);
      }
      return true;
    },
  };
}

/** Who holds a lease, as a process on `machine` sees it: this host bears the real one's name there. */
export function seenFrom(machine: Machine, holder: ProcessHolder): ProcessHolder {
  return holder.host === machine.name ? { ...holder, host: hostname() } : holder;
}

export function folderOf(machine: Machine, attemptId: string): Folder {
  const known = machine.folders.get(attemptId);
  if (known) return known;
  const folder: Folder = {
    identity: undefined,
    exit: undefined,
    endedAtMs: 0,
    exitUptimeS: 0,
    life: undefined,
    prompt: undefined,
    inbox: undefined,
    note: undefined,
  };
  machine.folders.set(attemptId, folder);
  return folder;
}

/** Whether anything that was started from the attempt's folder is alive. */
export function livingOf(machine: Machine, attemptId: string): readonly Listed[] {
  const marker = markerOf(attemptId);
  return [...machine.processes.values()].filter(
    (one) => one.marker === marker && !isGone(one.owner),
  );
}

export function markerOf(attemptId: string): string {
  return `ORCHESTRA_PROCESS_FOLDER=${attemptId}`;
}
