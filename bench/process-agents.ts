import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executeOrThrow } from "../src/store/execute.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { AGENT, processParts, requireComplete, workQueue } from "./a-queue.ts";
import { aTask } from "./a-task.ts";
import { median } from "./measure.ts";

/** Whole lives of agents that are the process `true`, against bare spawns of it. */
const ROUNDS = 10;
const TASKS = 400;
const PARALLEL = 8;
const NEVER = new AbortController().signal;

// Emptied at the end: ext4 shuns what was deleted in the last minutes, and looks at all of it.
const root = mkdtempSync(join(tmpdir(), "orchestra-bench-"));
// One blackboard throughout, as in a project that is worked for a while.
const store = openSqliteStore(join(root, "blackboard.db"));
const ours: number[] = [];
const bare: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  ours.push((TASKS * 1_000) / (await workTasks(round)));
  bare.push((TASKS * 1_000) / spawnBare());
}
const ratio = median(ours.map((rate, round) => rate / (bare[round] ?? Number.NaN)));
console.log(
  `process agents: ${median(ours).toFixed(0)} tasks/s, bare spawns of true ${median(bare).toFixed(0)}/s, ` +
    `ratio ${ratio.toFixed(2)}× (${PARALLEL} at a time, medians of ${ROUNDS} rounds of ${TASKS})`,
);
await store.close();
rmSync(root, { recursive: true });

/** Milliseconds from a full queue to an empty one; git alone is left out. */
async function workTasks(round: number): Promise<number> {
  const tasks = Array.from({ length: TASKS }, (_, index) => aTask(`task-${round}-${index}`, AGENT));
  await executeOrThrow(store, { type: "add_tasks", nowMs: Date.now(), runId: "queue", tasks });
  const tookMs = await workQueue({ store, deps: processParts(PARALLEL, root) }, NEVER);
  await requireComplete(store, TASKS * (round + 1));
  return tookMs;
}

/** In a process of its own, as small as Node gets: a grown one spawns at a third of the rate. */
function spawnBare(): number {
  const file = join(import.meta.dirname, "bare-spawns.ts");
  return Number(execFileSync(process.execPath, [file, String(TASKS), String(PARALLEL)]));
}
