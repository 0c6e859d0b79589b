import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { createChoices, type Stream } from "../simulation/choices.ts";
import { endOf, type ChaosProject } from "./project.ts";
import { runningAgents, strike, type Target } from "./strike.ts";

export type Round = {
  readonly blows: readonly Blow[];
  /** How the last run ended; `undefined` when it hung, and was killed. */
  readonly exitCode: number | undefined;
};

/** What was struck at, and when in the life of the run. */
export type Blow = {
  readonly target: Target;
  readonly afterMs: number;
  readonly isHit: boolean;
  /** The agents that were at work, by their attempt. */
  readonly agents: ReadonlyMap<string, number>;
};

type Plan = { readonly target: Target; readonly afterMs: number; readonly restMs: number };

const BLOWS_MAX = 12;
const PAUSE_MAX_MS = 2_500;
const REST_MAX_MS = 300;
/** Git commands and checks are short: this long one is waited for. */
const AIM_MS = 300;
const AIM_EVERY_MS = 5;

/** Each as often as it stands here. */
const AIMS: readonly [Target, ...Target[]] = [
  "dispatcher",
  "dispatcher",
  "dispatcher",
  "dispatcher",
  "everything",
  "everything",
  "git",
  "agent",
  "group",
  "wrapper",
  "spawner",
];

/** After three losses in a row a person is asked, so that nobody may be struck more often. */
const LOSSES: ReadonlySet<Target> = new Set(["wrapper", "group", "everything"]);
const LOSSES_MAX = 2;

/** Works the project's queue to its end, and kills at random instants on the way. */
export async function playRound(project: ChaosProject, seed: number): Promise<Round> {
  const choices = createChoices(seed).stream("blows");
  const blows: Blow[] = [];
  let run = begin(project);
  for (const plan of plansFrom(choices)) {
    await Promise.race([run.ended, pause(plan.afterMs)]);
    if (!isRunning(run)) break;
    const blow = await land(project, run, plan, choices);
    blows.push(blow);
    if (!blow.isHit || (plan.target !== "dispatcher" && plan.target !== "everything")) continue;
    await run.ended;
    await pause(plan.restMs);
    run = begin(project);
  }
  return { blows, exitCode: await endOf(run.child) };
}

function plansFrom(choices: Stream): Plan[] {
  const plans = Array.from({ length: 1 + choices.below(BLOWS_MAX) }, () => ({
    target: choices.pick(AIMS),
    afterMs: choices.below(PAUSE_MAX_MS),
    restMs: choices.chance(0.5) ? choices.below(REST_MAX_MS) : 0,
  }));
  const losses = plans.filter(({ target }) => LOSSES.has(target)).slice(0, LOSSES_MAX);
  return plans.filter((plan) => !LOSSES.has(plan.target) || losses.includes(plan));
}

async function land(
  project: ChaosProject,
  run: Run,
  { target, afterMs }: Plan,
  choices: Stream,
): Promise<Blow> {
  const agents = runningAgents(project);
  const lastTry = performance.now() + AIM_MS;
  let isHit = strike(project, run.pid, target, choices);
  while (!isHit && isRunning(run) && performance.now() < lastTry) {
    await pause(AIM_EVERY_MS);
    isHit = strike(project, run.pid, target, choices);
  }
  return { target, afterMs, isHit, agents };
}

type Run = { readonly child: ChildProcess; readonly pid: number; readonly ended: Promise<unknown> };

function begin(project: ChaosProject): Run {
  const child = project.begin(["run"]);
  if (child.pid === undefined) throw new Error("`orchestra run` was not started.");
  return { child, pid: child.pid, ended: once(child, "exit") };
}

function isRunning({ child }: Run): boolean {
  return child.exitCode === null && child.signalCode === null;
}
