import { createRequire } from "node:module";
import { join } from "node:path";
import { installPackages } from "../../test/install-package.ts";
import { JOB_DATA, type Peer, type PeerQueue } from "./peer.ts";
import { REDIS_PACKAGES, startRedis } from "./redis.ts";

type Closable = { readonly close: () => Promise<void> };
type Queue = Closable & { readonly add: (name: string, data: object) => Promise<unknown> };
type Job = { readonly updateProgress: (progress: object) => Promise<void> };
type Bullmq = {
  readonly Queue: new (name: string, options: object) => Queue;
  readonly Worker: new (
    name: string,
    work: (job: Job) => Promise<object>,
    options: object,
  ) => Closable & { readonly on: (event: "completed", listener: () => void) => void };
};

const RESULT = { summary: "Done." };
const SHA = "c".repeat(40);

/**
 * What the life of a task puts on record between being taken and its end, so that whoever comes after a
 * crash can go on with the agent that is at work; at once, as lives do that are this short.
 */
const STEPS = {
  prepared: { workspacePath: "/tmp/orchestra/worktrees/task", baseCommit: SHA },
  started: { pid: 4711 },
  finished: { commit: SHA, ...RESULT },
};

/** Jobs as they are by default: nothing of them is on record while they are worked. */
const noOp = async (): Promise<object> => RESULT;

/** Jobs of which as much is on record as of a task here. */
const onRecord = async (job: Job): Promise<object> => {
  await job.updateProgress(STEPS);
  return RESULT;
};

/** BullMQ on a Redis of its own that keeps every write on disk before it answers. */
export async function startBullmq(): Promise<readonly Peer[]> {
  const packages = await installPackages(REDIS_PACKAGES);
  // What the package exports is described above, as far as it is used.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const bullmq = createRequire(join(packages, "package.json"))("bullmq") as Bullmq;
  const redis = await startRedis();
  let rounds = 0;
  const peer = (name: string, work: typeof onRecord): Peer => ({
    name,
    newQueue: async () => newQueue(bullmq, redis.socket, `queue-${(rounds += 1)}`, work),
    stop: async () => undefined,
  });
  return [
    { ...peer("BullMQ", noOp), stop: redis.stop },
    peer("BullMQ, with its steps on record", onRecord),
  ];
}

function newQueue(
  { Queue, Worker }: Bullmq,
  socket: string,
  name: string,
  job: typeof onRecord,
): PeerQueue {
  const connection = { path: socket, maxRetriesPerRequest: null };
  const queue = new Queue(name, { connection });
  return {
    add: async () => void (await queue.add("task", JOB_DATA)),
    work: async (jobs, concurrency) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      let left = jobs;
      const options = { connection, concurrency };
      const worker = new Worker(name, job, options);
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
