import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executeOrThrow } from "../src/store/execute.ts";
import { openStore } from "../src/store/open-store.ts";
import { openForWriting } from "../src/store/sqlite/open-sqlite.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import type { Store } from "../src/store/store.ts";
import { MARIADB, startMysql } from "../src/store/testing/mysql-service.ts";
import { startPostgres } from "../src/store/testing/postgres-service.ts";
import { AGENT, requireComplete, simulatedParts, workQueue } from "./a-queue.ts";
import { aTask } from "./a-task.ts";
import { median } from "./measure.ts";
import { startBullmq } from "./peers/bullmq.ts";
import { startGraphileWorker } from "./peers/graphile-worker.ts";
import type { Peer, PeerQueue } from "./peers/peer.ts";
import { startPgBoss } from "./peers/pg-boss.ts";
import { bareSqlOn } from "./task-life-bare.ts";

/**
 * Whole lives of no-op tasks through the engine on each store, next to no-op jobs of other queues: each
 * added by itself and kept on disk before that is acknowledged, and then worked; as many at a time, in
 * turns. The bare SQL of what they write to SQLite, in as few commits as the engine makes of such
 * lives, tells how much of their time is that of reading, deciding and everything else.
 */
const ROUNDS = 7;
/** So many that all batches are full. */
const TASKS = 1_920;
const CONCURRENCIES = [8, 32];
const NEVER = new AbortController().signal;

const folder = mkdtempSync(join(tmpdir(), "orchestra-bench-"));
await using postgres = await startPostgres("disk");
await using mariadb = await startMysql(MARIADB, "disk");
const peers: readonly Peer[] = [
  orchestra("Orchestra on SQLite", async () => newSqlite()),
  { name: "their bare SQL on SQLite", newQueue: newBareSql, stop: async () => undefined },
  ...(await startBullmq()),
  orchestra("Orchestra on PostgreSQL", async () => openStore(await postgres.newBlackboard())),
  await startGraphileWorker(postgres.url()),
  await startPgBoss(postgres.url()),
  orchestra("Orchestra on MariaDB", async () => openStore(await mariadb.newBlackboard())),
  orchestra("Orchestra in files", async () => openStore({ kind: "files", folder: newFolder() })),
  orchestra("Orchestra in memory", async () => openStore({ kind: "memory" })),
];
for (const concurrency of CONCURRENCIES) await compare(concurrency);
for (const peer of peers) await peer.stop();
rmSync(folder, { recursive: true });

async function compare(concurrency: number): Promise<void> {
  const rates = new Map(peers.map(({ name }) => [name, [] as Rates[]]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const peer of peers) rates.get(peer.name)?.push(await ratesOf(peer, concurrency));
  }
  console.log(`no-op lives a second (worked a second), ${concurrency} at a time:`);
  for (const [name, values] of rates) {
    const [lives, worked] = [
      median(values.map((one) => one.lives)),
      median(values.map((one) => one.worked)),
    ];
    console.log(`  ${name} ${lives.toFixed(0)} (${worked.toFixed(0)})`);
  }
}

type Rates = {
  /** Tasks added and worked to their end, per second. */
  readonly lives: number;
  /** The same without the time in which they were added. */
  readonly worked: number;
};

async function ratesOf({ newQueue }: Peer, concurrency: number): Promise<Rates> {
  const queue = await newQueue(concurrency);
  const startedMs = performance.now();
  let next = 0;
  const addSome = async (): Promise<void> => {
    while (next < TASKS) await queue.add(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, addSome));
  const addedMs = performance.now();
  await queue.work(TASKS, concurrency);
  const endedMs = performance.now();
  await queue.close();
  const perSecond = (tookMs: number): number => (TASKS * 1_000) / tookMs;
  return { lives: perSecond(endedMs - startedMs), worked: perSecond(endedMs - addedMs) };
}

function orchestra(name: string, newStore: () => Promise<Store>): Peer {
  return {
    name,
    newQueue: async () => {
      const store = await newStore();
      return {
        add: async (index) => {
          const tasks = [aTask(`task-${index}`, AGENT)];
          const nowMs = Date.now();
          await executeOrThrow(store, { type: "add_tasks", runId: "queue", tasks, nowMs });
        },
        work: async (jobs, concurrency) => {
          await workQueue({ store, deps: simulatedParts(concurrency) }, NEVER);
          await requireComplete(store, jobs);
        },
        close: store.close,
      };
    },
    stop: async () => undefined,
  };
}

async function newSqlite(): Promise<Store> {
  return openSqliteStore(join(newFolder(), "blackboard.db"));
}

/** Alone, without a commit that waits for another: as many of its tasks share one as run at a time. */
async function newBareSql(concurrency: number): Promise<PeerQueue> {
  const file = join(newFolder(), "blackboard.db");
  const store = openSqliteStore(file);
  const run = { type: "create_run", runId: "queue", objective: "Do nothing", nowMs: 1 } as const;
  await executeOrThrow(store, run);
  await store.close();
  const database = openForWriting(file);
  const bare = bareSqlOn(database);
  const ids: string[] = [];
  return {
    add: async (index) => {
      const waiting = ids.push(`task-${index}`) % concurrency;
      if (waiting === 0) bare.add(ids.slice(-concurrency));
    },
    work: async () => bare.work(ids, concurrency, "all steps"),
    close: async () => database.close(),
  };
}

function newFolder(): string {
  return mkdtempSync(join(folder, "blackboard-"));
}
