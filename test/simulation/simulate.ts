// npm run simulate -- [--seeds N] [--from SEED] [--minutes M] [--seed SEED] [--plant BUG]
import { availableParallelism } from "node:os";
import { plantBug } from "./plant-bug.ts";
import { runSeeds } from "./run-seeds.ts";
import { readSearchOptions, replayCommand, type SearchOptions } from "./search-options.ts";
import type { SeedTold } from "./simulate-worker.ts";

const SEEDS = 2_000;
const TRACE_LINES_MAX = 400;
const MISUSE = 2;

const options = optionsOrMisuse();

if (options === undefined) process.exitCode = MISUSE;
else if (options.seed !== undefined) await explain(options.seed, options.plant);
else {
  const failure = await search(options);
  if (failure) await explain(failure.seed, options.plant);
}

function optionsOrMisuse(): SearchOptions | undefined {
  try {
    return readSearchOptions(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return undefined;
  }
}

/** The first of the seeds that fails. */
async function search(values: SearchOptions): Promise<SeedTold | undefined> {
  const from = values.from ?? 1;
  const seeds = values.seeds ?? (values.minutes === undefined ? SEEDS : Infinity);
  const startedMs = performance.now();
  const deadlineMs = startedMs + (values.minutes ?? Infinity) * 60_000;
  const total = { seeds: 0, steps: 0 };
  const faults = new Map<string, number>();
  const failures: SeedTold[] = [];
  const every = Math.max(1, Math.min(availableParallelism(), seeds));
  const isOver = (): boolean => failures.length > 0 || performance.now() > deadlineMs;
  await Promise.all(
    Array.from({ length: every }, async (_, index) => {
      const order = { from: from + index, until: from + seeds, every, plant: values.plant };
      await runSeeds(order, (told) => {
        total.seeds += 1;
        total.steps += told.steps;
        for (const [kind, count] of told.faults) faults.set(kind, (faults.get(kind) ?? 0) + count);
        if (told.violation !== undefined) failures.push(told);
        return isOver();
      });
    }),
  );
  const seconds = (performance.now() - startedMs) / 1_000;
  const rate = Math.round(total.steps / seconds);
  console.log(
    `${total.seeds} seeds, ${total.steps} steps in ${seconds.toFixed(1)} s (${rate} steps a second)`,
  );
  for (const [kind, count] of [...faults].toSorted((a, b) => b[1] - a[1])) {
    console.log(`${String(count).padStart(9)} ${kind}`);
  }
  console.log(`${failures.length} violations`);
  if (failures.length > 0) process.exitCode = 1;
  for (const { seed, violation } of failures) console.log(`Seed ${seed}: ${violation}`);
  return failures.toSorted((a, b) => a.seed - b.seed)[0];
}

/** Replays a seed, and if it fails, looks for the shortest way to the same failure. */
async function explain(seed: number, plant: string | undefined): Promise<void> {
  if (plant !== undefined) plantBug(plant);
  const { runSeed } = await import("./run-seed.ts");
  const { shrink } = await import("./shrink.ts");
  const failure = await runSeed(seed);
  if (failure.violation === undefined) {
    console.log(`Seed ${seed} ends well after ${failure.steps} steps.`);
    return;
  }
  process.exitCode = 1;
  console.log(`Seed ${seed} fails after ${failure.steps} steps: ${failure.violation}`);
  const short = await shrink(failure);
  const lines: string[] = [];
  await runSeed(seed, { kept: new Set(short.unusual), note: (line) => lines.push(line) });
  console.log(lines.slice(-TRACE_LINES_MAX).join("\n"));
  console.log(
    `${short.steps} steps, ${short.unusual.length} unusual decisions: ${short.violation}\n` +
      `Again: ${replayCommand(seed, plant)}`,
  );
}
