import { readdirSync } from "node:fs";
import {
  remembering,
  signalProcess,
  type Glance,
  type ProcessFacts,
  type ProcessTable,
} from "./process-facts.ts";
import { environOf, fieldsOf, KERNEL_THREAD, readProc } from "./proc-files.ts";

/** `/proc` counts start times and uptime in hundredths of a second, whatever the kernel's own tick. */
const TICKS_PER_SECOND = 100;

/** The processes of a Linux machine, from `/proc`. */
export const linuxProcessTable: ProcessTable = {
  bootId,
  find,
  startedAtS,
  signal: signalProcess,
  glance,
};

/** Of each process what was read is also taken apart once: thousands of folders may be asked about. */
function glance(): Glance {
  const entriesOf = remembering((pid: number) => new Set(environOf(pid).split("\0")));
  const readOnce = remembering(readProc);
  let firstSeen = Infinity;
  let living: readonly ProcessFacts[] = [];
  return {
    bootId,
    startedAtS,
    all: (oldest) => {
      const first = firstPidSince(oldest, readOnce);
      if (first < firstSeen) living = everybody(first, entriesOf);
      firstSeen = Math.min(first, firstSeen);
      return living.filter(({ pid }) => pid >= first);
    },
    carriers: (entry, pids) => pids.filter((pid) => entriesOf(pid).has(entry)),
  };
}

/** One that goes on in a child as soon as it is listed, and that in another, is followed so far. */
const LISTS_MAX = 50;

/** Listed and asked again until there is nobody new, whom one that has ended since may have started. */
function everybody(firstPid: number, ask: (pid: number) => unknown): readonly ProcessFacts[] {
  const found = new Map<number, ProcessFacts | undefined>();
  for (let count = 0; count < LISTS_MAX; count += 1) {
    const pids = readdirSync("/proc").map(Number);
    const fresh = pids.filter((pid) => pid >= firstPid && !found.has(pid));
    if (fresh.length === 0) break;
    for (const pid of fresh) {
      const one = find(pid);
      found.set(pid, one);
      if (one) ask(pid);
    }
  }
  return [...found.values()].filter((one) => one !== undefined);
}

function find(pid: number): ProcessFacts | undefined {
  const field = fieldsOf(readProc(`${pid}/stat`) ?? "");
  const startTime = field(22);
  if (startTime === undefined || "ZX".includes(field(3) ?? "")) return undefined;
  if ((Number(field(9)) & KERNEL_THREAD) !== 0) return undefined;
  return {
    pid,
    parent: Number(field(4)),
    group: Number(field(5)),
    session: Number(field(6)),
    startTime,
  };
}

function startedAtS(startTime: string): number {
  return Number(startTime) / TICKS_PER_SECOND;
}

/** More than any machine can start, so that pids cannot have gone full circle sooner. */
const STARTS_PER_SECOND_MAX = 200_000;

/**
 * The lowest pid that a process can have that started after `oldest`, unless pids may have begun
 * again from the bottom. To look at a hundred processes costs more than to start one, so this keeps
 * short attempts cheap.
 */
function firstPidSince(oldest: Parameters<Glance["all"]>[0], read = readProc): number {
  if (!oldest) return 1;
  const uptimeS = Number.parseFloat(read("uptime") ?? "");
  const ageS = uptimeS - Number(oldest.startTime) / TICKS_PER_SECOND;
  const pidMax = Number(read("sys/kernel/pid_max"));
  if (!(ageS * STARTS_PER_SECOND_MAX < pidMax)) return 1;
  const newest = Number(read("loadavg")?.trim().split(" ").at(-1));
  return newest >= oldest.pid ? oldest.pid : 1;
}

let knownBootId = "";

/** It does not change while anybody lives who could ask. */
function bootId(): string {
  return (knownBootId ||= (readProc("sys/kernel/random/boot_id") ?? "").trim());
}
