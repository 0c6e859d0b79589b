import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { linuxProcessTable } from "../src/agents/process/linux-process-table.ts";
import { projectPaths } from "../src/config/paths.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { BIN, projectWith } from "./a-project.ts";
import { addParked } from "./a-task.ts";

/** What `orchestra run` costs while its one task waits for a time: all of its processes, Linux alone. */
const WARM_UP_MS = 3_000;
const MEASURED_MS = 20_000;
const CLOCK_TICK_MS = 10;

const project = await projectWith([]);
const store = openSqliteStore(projectPaths(project).blackboard);
await addParked(store, "waiting");
const run = spawn(process.execPath, [BIN, "run"], { cwd: project, stdio: "ignore" });
try {
  while (!(await store.dispatcherLease())) await sleep(20);
  await sleep(WARM_UP_MS);
  const [before, beforeMs] = [processesOf(run), cpuMs(run)];
  await sleep(MEASURED_MS);
  const percent = ((cpuMs(run) - beforeMs) / MEASURED_MS) * 100;
  const started = processesOf(run).filter((pid) => !before.includes(pid));
  console.log(
    `idle run with a parked task: ${percent.toFixed(2)} % of a core over ${MEASURED_MS / 1_000} s, ` +
      `${started.length} processes started`,
  );
} finally {
  run.kill("SIGKILL");
  await store.close();
  rmSync(project, { recursive: true });
}

/** The command and all that it started. */
function processesOf({ pid = 0 }: ChildProcess): readonly number[] {
  const table = linuxProcessTable.glance().all(undefined);
  const found = [pid];
  for (const one of table) if (found.includes(one.parent)) found.push(one.pid);
  return found;
}

/** Processor time so far, with that of processes that have ended. */
function cpuMs(command: ChildProcess): number {
  return processesOf(command)
    .flatMap((pid) => {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // utime, stime, cutime and cstime, counted from after the name, which may hold anything.
      return stat
        .slice(stat.lastIndexOf(")") + 2)
        .split(" ")
        .slice(11, 15)
        .map(Number);
    })
    .reduce((sum, ticks) => sum + ticks * CLOCK_TICK_MS, 0);
}
