import { Worker } from "node:worker_threads";
import type { SeedTold, WorkerOrder } from "./simulate-worker.ts";

/** Runs seeds in a thread of its own, until all are run or `heed` says that it is enough. */
export async function runSeeds(
  workerData: WorkerOrder,
  heed: (told: SeedTold) => boolean,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const url = new URL("simulate-worker.ts", import.meta.url);
  const worker = new Worker(url, { workerData, execArgv: [] });
  worker.on("message", (told: SeedTold) => {
    if (heed(told)) resolve();
  });
  worker.on("error", reject);
  worker.on("exit", (code) => {
    if (code === 0) resolve();
    else reject(new Error(`The thread that runs the seeds has ended with ${code}.`));
  });
  try {
    await promise;
  } finally {
    await worker.terminate();
  }
}
