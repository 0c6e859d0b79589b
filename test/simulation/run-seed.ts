import { isLive } from "../../src/core/attempt.ts";
import type { RecordedEvent } from "../../src/core/events.ts";
import { executeOrThrow } from "../../src/store/execute.ts";
import { createChoices } from "./choices.ts";
import { endTrouble, somethingGoesWrong } from "./faults.ts";
import { announce } from "./hints.ts";
import { checkCommit, checkEndState, checkStored } from "./invariants.ts";
import { someoneAnswers } from "./people.ts";
import { isAllDone, startProgram, workQueue } from "./programs.ts";
import { isGone } from "./scheduler.ts";
import { armStrikes, strikeAt } from "./strikes.ts";
import { createWorld, livingPrograms, violate, type World } from "./world.ts";

/** What became of one simulated life of a queue. */
export type SeedEnd = {
  readonly seed: number;
  readonly steps: number;
  /** What was never to be; nothing was. */
  readonly violation: string | undefined;
  /** The decisions that were not the ordinary ones. */
  readonly unusual: readonly string[];
  /** How often each kind of fault has happened. */
  readonly faults: ReadonlyMap<string, number>;
};

export type SeedOptions = {
  /** Only these decisions may be unusual. */
  readonly kept?: ReadonlySet<string>;
  /** Told of everything that happens. */
  readonly note?: (line: string) => void;
};

/** Steps after the trouble in which everything must come to its end. */
const CALM_STEPS_MAX = 20_000;
const ANSWER_EVERY_MS = 2_000;
const CALM_START_MS = 1_000;

/** Runs the life of a queue that this number stands for, until everything in it has ended. */
export async function runSeed(seed: number, options: SeedOptions = {}): Promise<SeedEnd> {
  const choices = createChoices(seed, options.kept);
  const world = createWorld(choices, options.note ?? (() => undefined));
  armStrikes(world);
  const written: RecordedEvent[] = [];
  world.store.watch((events = []) => {
    for (const event of events) world.note(`    ${describe(event)}`);
    written.push(...events);
    checkCommit(world, events);
    announce(world, events);
    for (const event of events) strikeAt(world, event);
  }, new AbortController().signal);

  const { tasks } = world.scenario;
  const nowMs = world.scheduler.nowMs();
  await executeOrThrow(world.store, { type: "add_tasks", nowMs, runId: "queue", tasks });
  const seats = world.scenario.seats.map((machine, index) => ({
    machine,
    name: `queue ${index + 1}`,
  }));
  await live(world, seats, written);
  if (world.violation === undefined) await checkEndState(world);
  for (const forget of world.sleepers) forget();
  const { violation, faults, scheduler } = world;
  return { seed, steps: scheduler.steps(), violation, unusual: choices.unusual(), faults };
}

type Seat = { readonly machine: number; readonly name: string };

async function live(world: World, seats: readonly Seat[], written: RecordedEvent[]): Promise<void> {
  const { scheduler, trouble, scenario } = world;
  const [first] = world.machines;
  const answer = (): void => {
    const everyMs = trouble.isOver ? ANSWER_EVERY_MS : 10 * ANSWER_EVERY_MS;
    if (first) scheduler.later(first, "somebody looks in", everyMs, answer);
    if (trouble.isOver) someoneAnswers(world);
  };
  answer();
  for (let stepsMax = Infinity; world.violation === undefined;) {
    const isIdle = scenario.rates.lateTask === 0 && isOver(world);
    if (!trouble.isOver && (isIdle || scheduler.steps() >= scenario.troubledSteps)) {
      world.note("! the trouble is over");
      endTrouble(world);
      stepsMax = scheduler.steps() + CALM_STEPS_MAX;
    }
    if (trouble.isOver && isOver(world)) return;
    if (!trouble.isOver) somethingGoesWrong(world);
    for (const seat of seats) takeSeat(world, seat);
    const happened = await scheduler.step();
    world.note(`${scheduler.steps()} at ${scheduler.nowMs() / 1_000} s: ${happened ?? "nothing"}`);
    if (written.length > 0) await checkStored(world, written.splice(0));
    if (scheduler.steps() > stepsMax) violate(world, `It does not end: ${whatIsLeft(world)}`);
  }
}

/** Whoever works the queue comes back when there is work, sooner or later. */
function takeSeat(world: World, { machine: index, name }: Seat): void {
  const machine = world.machines[index];
  const isTaken = world.coming.has(name) || livingPrograms(world).some((one) => one.name === name);
  if (!machine || isTaken || !needsWork(world)) return;
  const { stream } = world.trouble;
  const limitMs = stream.chance(0.1) ? 90_000 : 3_000;
  const delayMs = world.trouble.isOver ? CALM_START_MS : stream.below(limitMs);
  startProgram(world, machine, name, async (program) => workQueue(world, program), delayMs);
}

function needsWork(world: World): boolean {
  const isTidied = world.machines.length > 1 || world.machines[0]?.worktrees.size === 0;
  return !isAllDone(world) || hasLive(world) || !isTidied;
}

function hasLive({ state }: World): boolean {
  return [...state.attempts.values()].some((attempt) => isLive(attempt.state));
}

function isOver(world: World): boolean {
  const isAgentAlive = [...world.agents.values()].some((life) => !isGone(life.agent.owner));
  return !needsWork(world) && livingPrograms(world).length === 0 && !isAgentAlive;
}

function whatIsLeft(world: World): string {
  const tasks = [...world.state.tasks.values()].map(({ id, state }) => `${id} ${state}`);
  const attempts = [...world.state.attempts.values()].filter(({ state }) => isLive(state));
  const programs = livingPrograms(world).map(({ name }) => name);
  const left = [...tasks, ...attempts.map(({ id, state }) => `${id} ${state}`), ...programs];
  return left.join(", ");
}

function describe(event: RecordedEvent): string {
  const { type, seq } = event;
  const of = "attemptId" in event ? event.attemptId : "taskId" in event ? event.taskId : "";
  const why = "failure" in event ? ` (${event.failure.class})` : "";
  return `${seq} ${type} ${of}${why}`;
}
