import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInProcessBus } from "../src/cluster/in-process-bus.ts";
import { takeLease } from "../src/engine/dispatcher-lease.ts";
import { runQueue } from "../src/engine/run-queue.ts";
import { createSimulatedWorld } from "../src/engine/testing/simulated-ports.ts";
import { executeOrThrow } from "../src/store/execute.ts";
import { openForWriting } from "../src/store/sqlite/open-sqlite.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { systemClock } from "../src/system-clock.ts";
import { aTask } from "./a-task.ts";
import { median } from "./measure.ts";
import { lifeOfTasksInBareSql } from "./task-life-bare.ts";

/** No-op tasks through the whole engine on a simulated node, against the bare SQL of their writes. */
const ROUNDS = 11;
const TASKS = 320;
const PARALLEL = 16;
const AGENT = "simulated";
const NEVER = new AbortController().signal;

const ids = Array.from({ length: TASKS }, (_, index) => `task-${index + 1000}`);
const ours: number[] = [];
const bare: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  ours.push(await tasksPerSecond(workQueue));
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

async function workQueue(file: string): Promise<number> {
  const store = openSqliteStore(file);
  const world = createSimulatedWorld(systemClock, () => ({ takesMs: 0 }));
  const taking = await takeLease({ store, clock: systemClock, processes: world.processes });
  if (taking.kind === "held") throw new Error("The lease is held.");
  const config = {
    name: AGENT,
    adapter: AGENT,
    command: [],
    model: undefined,
    promptBy: "stdin",
    env: {},
    limit: undefined,
  } as const;
  const startedMs = performance.now();
  await runQueue(
    {
      ...world,
      nodeId: "local",
      store,
      bus: createInProcessBus(),
      clock: systemClock,
      lease: taking.lease,
      nodes: () => [{ id: "local", capacity: PARALLEL, agents: [AGENT] }],
      agentLimits: {},
      agent: async () => ({ adapter: world.adapter, config }),
      env: {},
      newSessionId: () => "session",
      random: () => 0,
      onProblem: (doing, error) => {
        throw new Error(doing, { cause: error });
      },
    },
    NEVER,
  );
  const tookMs = performance.now() - startedMs;
  const { complete } = await store.countTasks();
  if (complete !== TASKS) throw new Error(`Only ${complete} of ${TASKS} tasks are complete.`);
  await store.close();
  return tookMs;
}

async function workBare(file: string): Promise<number> {
  const database = openForWriting(file);
  const startedMs = performance.now();
  lifeOfTasksInBareSql(database, ids, PARALLEL);
  const tookMs = performance.now() - startedMs;
  database.close();
  return tookMs;
}
