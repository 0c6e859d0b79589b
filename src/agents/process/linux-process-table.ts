import { readdirSync, readFileSync } from "node:fs";
import { signalProcess, type ProcessFacts, type ProcessTable } from "./process-facts.ts";

/** `/proc` counts start times and uptime in hundredths of a second, whatever the kernel's own tick. */
const TICKS_PER_SECOND = 100;

/** The processes of a Linux machine, from `/proc`, which is read at once because it is memory. */
export const linuxProcessTable: ProcessTable = {
  bootId: () => read("/proc/sys/kernel/random/boot_id").trim(),
  find,
  all: (oldest) => {
    const firstPid = oldest === undefined ? 1 : firstPidSince(oldest);
    return readdirSync("/proc")
      .map(Number)
      .filter((pid) => pid >= firstPid)
      .flatMap((pid) => find(pid) ?? []);
  },
  startedAtS: (startTime) => Number(startTime) / TICKS_PER_SECOND,
  carriers: (entry, pids) => pids.filter((pid) => environmentOf(pid).includes(`\0${entry}\0`)),
  signal: signalProcess,
};

function find(pid: number): ProcessFacts | undefined {
  const stat = read(`/proc/${pid}/stat`);
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
function firstPidSince(oldest: Pick<ProcessFacts, "pid" | "startTime">): number {
  const uptimeS = Number.parseFloat(read("/proc/uptime"));
  const ageS = uptimeS - Number(oldest.startTime) / TICKS_PER_SECOND;
  const pidMax = Number(read("/proc/sys/kernel/pid_max"));
  if (!(ageS * STARTS_PER_SECOND_MAX < pidMax)) return 1;
  const newest = Number(read("/proc/loadavg").trim().split(" ").at(-1));
  return newest >= oldest.pid ? oldest.pid : 1;
}

function environmentOf(pid: number): string {
  return `\0${read(`/proc/${pid}/environ`)}\0`;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // The process ended between two questions, or belongs to someone else.
    return "";
  }
}
