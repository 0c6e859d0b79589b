import { spawn, spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { projectPaths } from "../src/config/paths.ts";
import { openForWriting } from "../src/store/sqlite/open-sqlite.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { BIN, command, projectWith } from "./a-project.ts";
import { aTask } from "./a-task.ts";
import { makeBacklog } from "./backlog.ts";
import { interleaved } from "./measure.ts";

/** What a long history costs who looks, and what a long queue costs who dispatches (Linux alone). */
const ROUNDS = 15;
const EVENTS = 1_000_000;
const QUEUED = 100_000;
const SETTLED_MS = 5_000;

await statusWithHistory();
await memoryOfDispatcher();

async function statusWithHistory(): Promise<void> {
  const project = await projectWith([aTask("old")]);
  const database = openForWriting(projectPaths(project).blackboard);
  database
    .prepare(
      `with recursive numbers (n) as (values (1001) union all select n + 1 from numbers where n < ?)
       insert into events select run_id, n, at, type, task_id, data
       from numbers, (select * from events where type = 'task_added' limit 1)`,
    )
    .run(EVENTS + 1_000);
  database.prepare("update runs set next_seq = ?").run(EVENTS + 1_001);
  database.close();
  const figures = await interleaved(ROUNDS, {
    bare: () => void spawnSync(process.execPath, ["-e", "0"]),
    status: () => command(project, ["status"]),
  });
  console.log(
    `status with ${EVENTS} events: ${figures.status.toFixed(0)} ms, ` +
      `${(figures.status / figures.bare).toFixed(2)}× of bare node (medians of ${ROUNDS})`,
  );
  rmSync(project, { recursive: true });
}

async function memoryOfDispatcher(): Promise<void> {
  const project = await projectWith([]);
  const file = projectPaths(project).blackboard;
  await makeBacklog(file, { ready: QUEUED, parked: 1 });
  const store = openSqliteStore(file);
  const run = spawn(process.execPath, [BIN, "run"], { cwd: project, stdio: "ignore" });
  try {
    while (!(await store.dispatcherLease())) await pause(20);
    await pause(SETTLED_MS);
    const [, peakKb] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${run.pid}/status`, "utf8")) ?? [];
    console.log(
      `dispatcher with ${QUEUED} queued: ${(Number(peakKb) / 1_024).toFixed(0)} MB at most`,
    );
  } finally {
    run.kill("SIGKILL");
    await store.close();
    rmSync(project, { recursive: true });
  }
}
