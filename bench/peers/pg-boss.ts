import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { installPackages } from "../../test/install-package.ts";
import { JOB_DATA, type Peer } from "./peer.ts";

const VERSION = "12.0.0";

type Job = { readonly id: string };
type Affected = { readonly affected: number };
type Boss = {
  readonly start: () => Promise<unknown>;
  readonly stop: (options: object) => Promise<void>;
  readonly on: (event: "error", listener: (error: Error) => void) => void;
  readonly createQueue: (name: string, options?: object) => Promise<void>;
  readonly send: (name: string, data: object) => Promise<unknown>;
  readonly supervise: (name: string) => Promise<void>;
  readonly insert: (name: string, jobs: readonly object[]) => Promise<unknown>;
  readonly fetch: (name: string) => Promise<readonly Job[]>;
  readonly complete: (name: string, id: string, data: object) => Promise<Affected>;
};

/** pg-boss on the PostgreSQL server at `connectionString`, without its pauses between two fetches. */
export async function startPgBoss(connectionString: string): Promise<Peer> {
  const { boss, stop } = await start(connectionString);
  let rounds = 0;
  return {
    name: "pg-boss",
    newQueue: async () => {
      const queue = `queue-${(rounds += 1)}`;
      await boss.createQueue(queue);
      return {
        add: async () => void (await boss.send(queue, JOB_DATA)),
        work: async (_, concurrency) => {
          await Promise.all(Array.from({ length: concurrency }, async () => workAll(boss, queue)));
        },
        close: async () => undefined,
      };
    },
    stop,
  };
}

/** Whether it lets a worker complete what has expired and was fetched by another one since. */
export async function zombieOfPgBoss(connectionString: string): Promise<boolean> {
  const { boss, stop } = await start(connectionString);
  const queue = "zombie";
  await boss.createQueue(queue, { expireInSeconds: 1, retryLimit: 2, retryDelay: 0 });
  await boss.insert(queue, [{ data: {} }]);
  const [zombie] = await boss.fetch(queue);
  let successor: Job | undefined;
  while (!successor) {
    await sleep(200);
    await boss.supervise(queue);
    [successor] = await boss.fetch(queue);
  }
  const { affected } = await boss.complete(queue, zombie?.id ?? "", { by: "zombie" });
  await stop();
  return affected === 1;
}

async function start(
  connectionString: string,
): Promise<{ readonly boss: Boss; readonly stop: () => Promise<void> }> {
  const packages = await installPackages({ name: "pg-boss", versions: { "pg-boss": VERSION } });
  const entry = join(packages, "node_modules/pg-boss/dist/index.mjs");
  // What the package exports is described above, as far as it is used.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { PgBoss } = (await import(entry)) as { PgBoss: new (options: object) => Boss };
  const boss = new PgBoss({ connectionString, max: 34 });
  let isStopping = false;
  boss.on("error", (error) => {
    if (!isStopping) throw error;
  });
  await boss.start();
  return {
    boss,
    stop: async () => {
      isStopping = true;
      await boss.stop({ graceful: false });
    },
  };
}

async function workAll(boss: Boss, queue: string): Promise<void> {
  for (;;) {
    const [job] = await boss.fetch(queue);
    if (!job) return;
    await boss.complete(queue, job.id, { summary: "Done." });
  }
}
