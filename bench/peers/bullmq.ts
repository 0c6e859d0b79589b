import { createRequire } from "node:module";
import { join } from "node:path";
import { installPackages } from "../../test/install-package.ts";
import { JOB_DATA, type Peer, type PeerQueue } from "./peer.ts";
import { REDIS_PACKAGES, startRedis } from "./redis.ts";

type Closable = { readonly close: () => Promise<void> };
type Queue = Closable & { readonly add: (name: string, data: object) => Promise<unknown> };
type Bullmq = {
  readonly Queue: new (name: string, options: object) => Queue;
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
    newQueue: async () => newQueue(bullmq, redis.socket, `queue-${(rounds += 1)}`),
    stop: redis.stop,
  };
}

function newQueue({ Queue, Worker }: Bullmq, socket: string, name: string): PeerQueue {
  const connection = { path: socket, maxRetriesPerRequest: null };
  const queue = new Queue(name, { connection });
  return {
    add: async () => void (await queue.add("task", JOB_DATA)),
    work: async (jobs, concurrency) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      let left = jobs;
      const options = { connection, concurrency };
      const worker = new Worker(name, async () => ({ summary: "Done." }), options);
      worker.on("completed", () => {
        left -= 1;
        if (left === 0) resolve();
      });
      await promise;
      await worker.close();
    },
    close: queue.close.bind(queue),
  };
}
