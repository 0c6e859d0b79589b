import { readdirSync, readFileSync } from "node:fs";
import { errnoOf } from "../../core/errno.ts";
import {
  remembering,
  signalProcess,
  type ProcessFacts,
  type ProcessTable,
} from "./process-facts.ts";

/** `/proc` counts start times and uptime in hundredths of a second, whatever the kernel's own tick. */
const TICKS_PER_SECOND = 100;

/** The files of `/proc`, which are read at once because they are memory. */
type Proc = {
  /** Empty when there is no such file, or it is not for us. */
  readonly read: (file: string) => string;
  readonly list: () => readonly string[];
};

/** The processes of a Linux machine, from `/proc`. */
export const linuxProcessTable: ProcessTable = tableOf({
  read: readNow,
  list: () => readdirSync("/proc"),
});

function tableOf(proc: Proc): ProcessTable {
  return tableWith(proc, {
    find: (pid) => factsOf(pid, proc.read(`${pid}/stat`)),
    carries: (pid, entry) => `\0${proc.read(`${pid}/environ`)}\0`.includes(`\0${entry}\0`),
  });
}

/** Of each process what was read is also taken apart once: thousands of folders may be asked about. */
function tableAtOnce(proc: Proc): ProcessTable {
  const [facts, entries] = [
    new Map<number, ProcessFacts | undefined>(),
    new Map<number, Entries>(),
  ];
  return tableWith(proc, {
    find: (pid) => {
      if (!facts.has(pid)) facts.set(pid, factsOf(pid, proc.read(`${pid}/stat`)));
      return facts.get(pid);
    },
    carries: (pid, entry) => {
      const known = entries.get(pid) ?? new Set(proc.read(`${pid}/environ`).split("\0"));
      entries.set(pid, known);
      return known.has(entry);
    },
  });
}

type Entries = ReadonlySet<string>;

type Questions = {
  readonly find: ProcessTable["find"];
  readonly carries: (pid: number, entry: string) => boolean;
};

function tableWith(proc: Proc, { find, carries }: Questions): ProcessTable {
  return {
    bootId,
    find,
    all: (oldest) => {
      const firstPid = oldest === undefined ? 1 : firstPidSince(proc, oldest);
      return proc
        .list()
        .map(Number)
        .filter((pid) => pid >= firstPid)
        .flatMap((pid) => find(pid) ?? []);
    },
    startedAtS: (startTime) => Number(startTime) / TICKS_PER_SECOND,
    carriers: (entry, pids) => pids.filter((pid) => carries(pid, entry)),
    signal: signalProcess,
    glance: () => tableAtOnce({ read: remembering(proc.read), list: remembering(proc.list) }),
  };
}

function factsOf(pid: number, stat: string): ProcessFacts | undefined {
  // The second field is the command's name in parentheses, which may itself hold spaces and more.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state = "", parent, group, session] = fields;
  const startTime = fields[19];
  if (startTime === undefined || "ZX".includes(state)) return undefined;
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTime,
  };
}

/** More than any machine can start, so that pids cannot have gone full circle sooner. */
const STARTS_PER_SECOND_MAX = 200_000;

/**
 * The lowest pid that a process can have that started after `oldest`, unless pids may have begun
 * again from the bottom. To look at a hundred processes costs more than to start one, so this keeps
 * short attempts cheap.
 */
function firstPidSince({ read }: Proc, oldest: Pick<ProcessFacts, "pid" | "startTime">): number {
  const uptimeS = Number.parseFloat(read("uptime"));
  const ageS = uptimeS - Number(oldest.startTime) / TICKS_PER_SECOND;
  const pidMax = Number(read("sys/kernel/pid_max"));
  if (!(ageS * STARTS_PER_SECOND_MAX < pidMax)) return 1;
  const newest = Number(read("loadavg").trim().split(" ").at(-1));
  return newest >= oldest.pid ? oldest.pid : 1;
}

let knownBootId = "";

/** It does not change while anybody lives who could ask. */
function bootId(): string {
  return (knownBootId ||= readNow("sys/kernel/random/boot_id").trim());
}

/** A process ends between two questions, or belongs to someone else. */
const UNTOLD = ["ENOENT", "ESRCH", "EACCES", "EPERM"];

function readNow(file: string): string {
  try {
    return readFileSync(`/proc/${file}`, "utf8");
  } catch (error) {
    if (UNTOLD.includes(errnoOf(error))) return "";
    // Who cannot look, as for want of a file descriptor, must not take the living for dead.
    throw error;
  }
}
