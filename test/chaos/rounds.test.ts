import { afterAll, expect, test } from "vitest";
import { prepareExperiment, tryRound, type Trial } from "./experiment.ts";
import { figuresOf } from "./figures.ts";
import { THIRTY_TASKS } from "./graph.ts";
import { TARGETS } from "./strike.ts";

/** A seed that failed is tried again with `CHAOS_SEED=17 CHAOS_ROUNDS=1 npm run test:chaos`. */
const FIRST_SEED = Number(process.env["CHAOS_SEED"] ?? 1);
const ROUNDS = Number(process.env["CHAOS_ROUNDS"] ?? 50);
const seeds = Array.from({ length: ROUNDS }, (_, index) => FIRST_SEED + index);

const experiment = await prepareExperiment(THIRTY_TASKS);
const trials: Trial[] = [];
const startedMs = performance.now();
afterAll(() => {
  console.log(figuresOf(trials, (performance.now() - startedMs) / 1_000));
  experiment[Symbol.dispose]();
});

test.concurrent.for(seeds)(
  "killed as seed %i has it, the queue ends as if it had not been",
  async (seed) => {
    const trial = await tryRound(experiment, seed);
    trials.push(trial);
    expect(trial.wrongs).toEqual([]);
  },
);

test.runIf(ROUNDS >= 20)("among many rounds, everything that can be killed was", () => {
  const blows = trials.flatMap((trial) => trial.blows).filter(({ isHit }) => isHit);
  expect(new Set(blows.map(({ target }) => target))).toEqual(new Set(TARGETS));
});
