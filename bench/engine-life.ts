import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executeOrThrow } from "../src/store/execute.ts";
import { openForWriting } from "../src/store/sqlite/open-sqlite.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { AGENT, requireComplete, simulatedParts, workQueue } from "./a-queue.ts";
import { aTask } from "./a-task.ts";
import { median } from "./measure.ts";
import { bareSqlOn } from "./task-life-bare.ts";

/** No-op tasks through the whole engine on a simulated node, against the bare SQL of their writes. */
const ROUNDS = 11;
const TASKS = 1_600;
const PARALLEL = 8;
const NEVER = new AbortController().signal;

const ids = Array.from({ length: TASKS }, (_, index) => `task-${index + 1000}`);
const ours: number[] = [];
const bare: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  ours.push(await tasksPerSecond(workOurs));
  bare.push(await tasksPerSecond(workBare));
}
const ratio = median(ours.map((rate, round) => rate / (bare[round] ?? Number.NaN)));
console.log(
  `engine life: ${median(ours).toFixed(0)} tasks/s, bare SQL ${median(bare).toFixed(0)} tasks/s, ` +
    `ratio ${ratio.toFixed(2)}× (medians of ${ROUNDS} rounds of ${TASKS} tasks)`,
);

/** `work` gets a fresh file with the tasks in it, and returns the milliseconds it took. */
async function tasksPerSecond(work: (file: string) => Promise<number>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-bench-"));
  try {
    const file = join(folder, "blackboard.db");
    const store = openSqliteStore(file);
    const tasks = ids.map((id) => aTask(id, AGENT));
    await executeOrThrow(store, { type: "add_tasks", runId: "queue", tasks, nowMs: 1 });
    await store.close();
    return (TASKS * 1000) / (await work(file));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function workOurs(file: string): Promise<number> {
  const store = openSqliteStore(file);
  const tookMs = await workQueue({ store, deps: simulatedParts(PARALLEL) }, NEVER);
  await requireComplete(store, TASKS);
  await store.close();
  return tookMs;
}

async function workBare(file: string): Promise<number> {
  const database = openForWriting(file);
  const startedMs = performance.now();
  bareSqlOn(database).work(ids, PARALLEL, "each step");
  const tookMs = performance.now() - startedMs;
  database.close();
  return tookMs;
}
