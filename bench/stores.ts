import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storeLocation } from "../src/config/store-location.ts";
import { executeOrThrow } from "../src/store/execute.ts";
import { openStore } from "../src/store/open-store.ts";
import type { Store } from "../src/store/store.ts";
import { startMariadb } from "../src/store/testing/mariadb-service.ts";
import { startPostgres } from "../src/store/testing/postgres-service.ts";
import { AGENT, requireComplete, simulatedParts, workQueue } from "./a-queue.ts";
import { aTask } from "./a-task.ts";
import { median } from "./measure.ts";
import { startBullmq } from "./peers/bullmq.ts";
import { startGraphileWorker } from "./peers/graphile-worker.ts";
import type { Peer } from "./peers/peer.ts";
import { startPgBoss } from "./peers/pg-boss.ts";

/**
 * Whole lives of no-op tasks through the engine on each store, next to no-op jobs of other queues:
 * as many at a time, in turns, each kept on disk before it counts.
 */
const ROUNDS = 5;
const TASKS = 1_000;
const CONCURRENCIES = [8, 32];
const NEVER = new AbortController().signal;

const folder = mkdtempSync(join(tmpdir(), "orchestra-bench-"));
await using postgres = await startPostgres("disk");
await using mariadb = await startMariadb("disk");
const peers: readonly Peer[] = [
  orchestra("Orchestra on SQLite", async () => newSqlite()),
  await startBullmq(),
  orchestra("Orchestra on PostgreSQL", async () => openStore(await postgres.newBlackboard())),
  await startGraphileWorker(postgres.url()),
  await startPgBoss(postgres.url()),
  orchestra("Orchestra on MariaDB", async () => openStore(await mariadb.newBlackboard())),
  orchestra("Orchestra in memory", async () => openStore({ kind: "memory" })),
];
for (const concurrency of CONCURRENCIES) await compare(concurrency);
for (const peer of peers) await peer.stop();
rmSync(folder, { recursive: true });

async function compare(concurrency: number): Promise<void> {
  const rates = new Map(peers.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { name, jobsPerSecond } of peers) {
      rates.get(name)?.push(await jobsPerSecond(TASKS, concurrency));
    }
  }
  const figures = [...rates].map(([name, values]) => `${name} ${median(values).toFixed(0)}`);
  console.log(
    `no-op lives per second, ${concurrency} at a time: ${figures.join(", ")} (medians of ${ROUNDS})`,
  );
}

function orchestra(name: string, newStore: () => Promise<Store>): Peer {
  return {
    name,
    jobsPerSecond: async (count, concurrency) => {
      const store = await newStore();
      const tasks = Array.from({ length: count }, (_, index) => aTask(`task-${index}`, AGENT));
      await executeOrThrow(store, { type: "add_tasks", runId: "queue", tasks, nowMs: Date.now() });
      const tookMs = await workQueue({ store, deps: simulatedParts(concurrency) }, NEVER);
      await requireComplete(store, count);
      await store.close();
      return (count * 1_000) / tookMs;
    },
    stop: async () => undefined,
  };
}

async function newSqlite(): Promise<Store> {
  const file = join(mkdtempSync(join(folder, "sqlite-")), "blackboard.db");
  return openStore(storeLocation(`sqlite:${file}`, { root: folder, blackboard: file }));
}
