import { createChoices } from "../simulation/choices.ts";
import { crashAt, crashPointsOf, effectsOf, type CrashPoint, type Effect } from "./crash-point.ts";
import type { GraphTask } from "./graph.ts";
import { openReader, outcomeOf, type Outcome } from "./outcome.ts";
import { copyOf, createChaosProject, endOf, type ChaosProject } from "./project.ts";
import { playRound, type Blow } from "./round.ts";
import { wrongsAtEnd } from "./wrongs.ts";

/** A queue, and what it comes to when nobody is killed. */
export type Experiment = {
  readonly template: ChaosProject;
  readonly expected: Outcome;
  readonly exitCode: number | undefined;
  /** Where the undisturbed run could have been killed. */
  readonly crashPoints: readonly CrashPoint[];
  readonly [Symbol.dispose]: () => void;
};

/** What came of working the queue with interruptions. */
export type Trial = {
  /** What is not as it would have been without them; nothing is. */
  readonly wrongs: readonly string[];
  readonly seconds: number;
  readonly blows: readonly Blow[];
  /** The effects at which runs were killed. */
  readonly hits: readonly Effect[];
  /** Agents that outlived their run, and whose attempts a later run has finished. */
  readonly adopted: number;
};

export async function prepareExperiment(tasks: readonly GraphTask[]): Promise<Experiment> {
  const template = await createChaosProject(tasks);
  const project = copyOf(template);
  const effects = await effectsOf(project, ["run"]);
  const { exitCode } = await project.orchestra("run");
  const expected = await outcomeOf(project);
  const wrongs = await wrongsAtEnd(project, expected);
  if (wrongs.length > 0) throw new Error(`Undisturbed, too: ${wrongs.join(" ")}`);
  project[Symbol.dispose]();
  return {
    template,
    expected,
    exitCode,
    crashPoints: crashPointsOf(effects),
    [Symbol.dispose]: () => template[Symbol.dispose](),
  };
}

/** Works the queue while what the seed decides is killed, at the instants that it decides. */
export async function tryRound(experiment: Experiment, seed: number): Promise<Trial> {
  return attempt(experiment, async (project) => {
    const { blows, exitCode } = await playRound(project, seed);
    return { blows, hits: [], exitCode };
  });
}

/** Kills a run at the crash point, and perhaps the next one at one that the seed decides. */
export async function tryCrashPoint(
  experiment: Experiment,
  point: CrashPoint,
  seed: number,
): Promise<Trial> {
  const choices = createChoices(seed).stream("second");
  const second = { number: 1 + choices.below(experiment.crashPoints.length), when: "before" };
  return attempt(experiment, async (project) => {
    const hits = [await crashAt(project, ["run"], point)];
    if (choices.chance(0.5)) hits.push(await crashAt(project, ["run"], second));
    const exitCode = await endOf(project.begin(["run"]));
    return { blows: [], hits: hits.flatMap((hit) => hit ?? []), exitCode };
  });
}

type Played = Pick<Trial, "blows" | "hits"> & { readonly exitCode: number | undefined };

async function attempt(
  { template, expected, exitCode }: Experiment,
  play: (project: ChaosProject) => Promise<Played>,
): Promise<Trial> {
  const startedMs = performance.now();
  const project = copyOf(template);
  const played = await play(project);
  const wrongs = await wrongsAtEnd(project, expected);
  if (played.exitCode !== exitCode) wrongs.push(`The last run ended with ${played.exitCode}.`);
  const adopted = await adoptedAgents(project, played.blows);
  if (wrongs.length > 0) wrongs.push(`Left to be looked at: ${project.scratch}`);
  else project[Symbol.dispose]();
  const { blows, hits } = played;
  return { wrongs, seconds: (performance.now() - startedMs) / 1000, blows, hits, adopted };
}

async function adoptedAgents(project: ChaosProject, blows: readonly Blow[]): Promise<number> {
  await using store = openReader(project);
  const orphaned = blows
    .filter(({ target, isHit }) => target === "dispatcher" && isHit)
    .flatMap(({ agents }) => [...agents]);
  const ids = [...new Set(orphaned.map(([id]) => id))];
  const attempts = await store.attemptsOf(...ids.map((id) => id.slice(0, id.lastIndexOf("-"))));
  return attempts.filter(
    ({ id, pid, state }) =>
      state !== "lost" && orphaned.some(([one, by]) => one === id && by === pid),
  ).length;
}
