import {
  remembering,
  signalProcess,
  type Glance,
  type ProcessFacts,
  type ProcessTable,
} from "./process-facts.ts";

const BOOT_ID = "sysctl -n kern.bootsessionuuid";
const COLUMNS = "pid=,ppid=,pgid=,stat=,lstart=";
/** The wrapper asks in the same language and time zone, so that its answer compares. */
const ENVIRONMENT = { LC_ALL: "C", TZ: "UTC", PATH: "/usr/bin:/bin:/usr/sbin:/sbin" };
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** The processes of a Mac, from `ps`. Its sessions cannot be told, so there groups stand in. */
export const darwinProcessTable: ProcessTable = {
  bootId,
  find: (pid) => askNow(`ps -o ${COLUMNS} -p ${pid}`).split("\n").flatMap(factsOf)[0],
  startedAtS,
  signal: signalProcess,
  glance,
};

function glance(): Glance {
  const ask = remembering(askNow);
  return {
    bootId: () => ask(BOOT_ID).trim(),
    startedAtS,
    all: () => ask(`ps -A -o ${COLUMNS}`).split("\n").flatMap(factsOf),
    carriers: (entry, pids) => {
      const wanted = new Set(pids);
      return ask("ps -A -E -ww -o pid=,command=")
        .split("\n")
        .filter((line) => `${line} `.includes(` ${entry} `))
        .map((line) => Number.parseInt(line, 10))
        .filter((pid) => wanted.has(pid));
    },
  };
}

function bootId(): string {
  return askNow(BOOT_ID).trim();
}

function startedAtS(startTime: string): number {
  return Date.parse(`${startTime} UTC`) / 1000;
}

/** What one line of `ps` tells; none for a dead process. */
export function factsOf(line: string): ProcessFacts[] {
  const found = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
  const [, pid, parent, group, state = "", startTime = ""] = found ?? [];
  if (!found || state.startsWith("Z")) return [];
  return [
    {
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      session: Number(group),
      startTime: startTime.replace(/\s+/g, " "),
    },
  ];
}

/** What a command prints; none of its words holds a space. */
function askNow(command: string): string {
  // Loaded when asked: on Linux, where this file is never used, every command would pay for it.
  const { execFileSync } = process.getBuiltinModule("node:child_process");
  const [program = "", ...args] = command.split(" ");
  try {
    return execFileSync(program, args, {
      encoding: "utf8",
      env: ENVIRONMENT,
      maxBuffer: ANSWER_BYTES_MAX,
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch (error) {
    // `ps` exits with 1 when there is no such process.
    if (error instanceof Error && "status" in error && error.status === 1) return "";
    // Who cannot look must not take the living for dead.
    throw error;
  }
}
