// Runs every so-many-th seed until told to end, and tells what became of each.
import { parentPort, workerData } from "node:worker_threads";
import { plantBug } from "./plant-bug.ts";
import type { SeedEnd } from "./run-seed.ts";

export type WorkerOrder = {
  readonly from: number;
  /** Not run any more. */
  readonly until: number;
  readonly every: number;
  readonly plant?: string | undefined;
};

/** What became of one seed. */
export type SeedTold = Pick<SeedEnd, "seed" | "steps" | "violation" | "faults">;

const { from, until, every, plant } = workerData as WorkerOrder;
if (plant !== undefined) plantBug(plant);
const { runSeed } = await import("./run-seed.ts");
for (let seed = from; seed < until; seed += every) {
  const { steps, violation, faults } = await runSeed(seed);
  const told: SeedTold = { seed, steps, violation, faults };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Of a thread, not a window.
  parentPort?.postMessage(told);
}
