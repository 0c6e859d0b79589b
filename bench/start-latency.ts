import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { NodeOffer } from "../src/core/commands.ts";
import { executeOrThrow } from "../src/store/execute.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import type { Store } from "../src/store/store.ts";
import { AGENT, processParts, workQueue } from "./a-queue.ts";
import { aTask } from "./a-task.ts";
import { BUSY, makeBacklog, type Backlog } from "./backlog.ts";
import { percentile } from "./measure.ts";

/** From queued by another connection to its process started, whatever else is queued. */
const SAMPLES = 100;
const BACKLOGS: readonly Backlog[] = [
  { ready: 100_000, parked: 1 },
  { ready: 1_000_000, parked: 1_000_000 },
];

const without = await latencies({ ready: 1, parked: 1 });
for (const backlog of BACKLOGS) {
  const values = await latencies(backlog);
  const ratio = percentile(values, 0.99) / percentile(without, 0.99);
  console.log(
    `ready to started: ${shown(without)} with none, ${shown(values)} with ${backlog.ready} ready and ` +
      `${backlog.parked} parked; p99 ratio ${ratio.toFixed(2)}× (${SAMPLES} samples each)`,
  );
}

function shown(values: readonly number[]): string {
  return `p50 ${percentile(values, 0.5)} ms, p99 ${percentile(values, 0.99)} ms`;
}

async function latencies(backlog: Backlog): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-bench-"));
  const file = join(folder, "blackboard.db");
  await makeBacklog(file, backlog);
  const store = openSqliteStore(file);
  const stop = new AbortController();
  const running = work(folder, store, stop.signal);
  const other = openSqliteStore(file);
  const values: number[] = [];
  for (let index = 0; index < SAMPLES; index += 1) {
    const id = `new-${index}`;
    const tasks = [aTask(id, AGENT)];
    await executeOrThrow(other, { type: "add_tasks", nowMs: Date.now(), runId: "queue", tasks });
    values.push(await started(other, id));
  }
  stop.abort();
  await running;
  await other.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  return values;
}

async function started(store: Store, id: string): Promise<number> {
  for (;;) {
    const task = await store.task(id);
    const [attempt] = await store.attemptsOf(id);
    if (task?.state === "complete" && attempt?.startedAtMs !== undefined) {
      return attempt.startedAtMs - task.createdAtMs;
    }
    await pause(5);
  }
}

async function work(folder: string, store: Store, stop: AbortSignal): Promise<void> {
  const parts = processParts(4, folder);
  const nodes = (): NodeOffer[] =>
    parts.nodes().map((node) => ({ ...node, agents: [AGENT, BUSY] }));
  await workQueue({ store, deps: { ...parts, nodes, agentLimits: { [BUSY]: 0 } } }, stop);
}
