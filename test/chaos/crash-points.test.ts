import { afterAll, expect, test } from "vitest";
import { sampleOf, type Effect } from "./crash-point.ts";
import { prepareExperiment, tryCrashPoint } from "./experiment.ts";
import { THREE_TASKS } from "./graph.ts";

/** `npm run chaos -- --points all` tries them all. */
const POINTS = Number(process.env["CHAOS_POINTS"] ?? 30);
const SEED = Number(process.env["CHAOS_SEED"] ?? 1);

const experiment = await prepareExperiment(THREE_TASKS);
afterAll(() => experiment[Symbol.dispose]());

const points = sampleOf(experiment.crashPoints, POINTS, SEED);
const reached: Effect[] = [];

test.concurrent.for(points)(
  "killed $when effect $number of its run, the queue ends as if it had not been",
  async (point) => {
    // Of one seed, either every second run would be killed, or none.
    const { wrongs, hits } = await tryCrashPoint(experiment, point, SEED + point.number);
    reached.push(...hits.slice(0, 1));
    expect({ wrongs, at: hits[0] }).toMatchObject({ wrongs: [] });
  },
);

test("nearly all of these runs were killed; one that is lucky ends before its point", () => {
  expect(reached.length).toBeGreaterThan(points.length * 0.8);
});
