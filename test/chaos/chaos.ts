// Kills and restarts as often as is asked for, and prints what came of it.
import { parseArgs } from "node:util";
import { prepareExperiment, tryCrashPoint, tryRound, type Trial } from "./experiment.ts";
import { sampleOf } from "./crash-point.ts";
import { figuresOf } from "./figures.ts";
import { THIRTY_TASKS, THREE_TASKS } from "./graph.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    points: { type: "string", default: "0" },
    lanes: { type: "string", default: "2" },
  },
});
const [rounds, seed, points, lanes] = [values.rounds, values.seed, values.points, values.lanes].map(
  Number,
) as [number, number, number, number];

const startedMs = performance.now();
const trials: Trial[] = [];
if (rounds > 0) {
  using experiment = await prepareExperiment(THIRTY_TASKS);
  const seeds = Array.from({ length: rounds }, (_, index) => seed + index);
  await inLanes(seeds, async (one) => note(`seed ${one}`, await tryRound(experiment, one)));
}
if (values.points !== "0") {
  using experiment = await prepareExperiment(THREE_TASKS);
  const all = experiment.crashPoints;
  const chosen = sampleOf(all, values.points === "all" ? all.length : points, seed);
  console.log(`${chosen.length} of ${all.length} crash points`);
  await inLanes(chosen, async (point) =>
    note(
      `${point.when} effect ${point.number}`,
      await tryCrashPoint(experiment, point, point.number),
    ),
  );
}
console.log(figuresOf(trials, (performance.now() - startedMs) / 1000));
process.exitCode = trials.some(({ wrongs }) => wrongs.length > 0) ? 1 : 0;

function note(name: string, trial: Trial): void {
  trials.push(trial);
  if (trials.length % 25 === 0) console.log(`${trials.length} tried`);
  if (trial.wrongs.length === 0) return;
  console.log([`✗ ${name}`, ...trial.wrongs].join("\n    "));
}

async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
