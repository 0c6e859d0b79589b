import { createRequire } from "node:module";
import { join } from "node:path";
import { installPackages } from "../../test/install-package.ts";
import type { Peer } from "./peer.ts";
import { REDIS_PACKAGES, startRedis } from "./redis.ts";

type Closable = { readonly close: () => Promise<void> };
type Job = { readonly name: string; readonly data: object };
type Bullmq = {
  readonly Queue: new (
    name: string,
    options: object,
  ) => Closable & { readonly addBulk: (jobs: readonly Job[]) => Promise<unknown> };
  readonly Worker: new (
    name: string,
    work: () => Promise<object>,
    options: object,
  ) => Closable & { readonly on: (event: "completed", listener: () => void) => void };
};

/** BullMQ on a Redis of its own that keeps every write on disk before it answers. */
export async function startBullmq(): Promise<Peer> {
  const packages = await installPackages(REDIS_PACKAGES);
  // What the package exports is described above, as far as it is used.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const bullmq = createRequire(join(packages, "package.json"))("bullmq") as Bullmq;
  const redis = await startRedis();
  let rounds = 0;
  return {
    name: "BullMQ",
    jobsPerSecond: async (jobs, concurrency) =>
      workJobs(bullmq, redis.socket, { queue: `queue-${(rounds += 1)}`, jobs, concurrency }),
    stop: redis.stop,
  };
}

async function workJobs(
  { Queue, Worker }: Bullmq,
  socket: string,
  round: { readonly queue: string; readonly jobs: number; readonly concurrency: number },
): Promise<number> {
  const connection = { path: socket, maxRetriesPerRequest: null };
  const queue = new Queue(round.queue, { connection });
  const job = { name: "task", data: { prompt: "Do nothing, and say so." } };
  await queue.addBulk(Array.from({ length: round.jobs }, () => job));
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = round.jobs;
  const startedMs = performance.now();
  const worker = new Worker(round.queue, async () => ({ summary: "Done." }), {
    connection,
    concurrency: round.concurrency,
  });
  worker.on("completed", () => {
    left -= 1;
    if (left === 0) resolve();
  });
  await promise;
  const rate = (round.jobs * 1_000) / (performance.now() - startedMs);
  await worker.close();
  await queue.close();
  return rate;
}
