import type { NodeOffer } from "../../src/core/commands.ts";
import type { TaskDefinition } from "../../src/core/events.ts";
import type { FailureClass } from "../../src/core/failure.ts";
import type { CheckSpec } from "../../src/core/task.ts";
import { aDefinition } from "../../src/core/testing/builders.ts";
import type { Choices, Stream } from "./choices.ts";
import type { Work } from "./deed.ts";
import { strikesOf, type Strike } from "./strike.ts";

/** What is to be worked, by whom, and what goes wrong meanwhile. */
export type Scenario = {
  /** One for each machine. */
  readonly nodes: readonly NodeOffer[];
  readonly agentLimits: Readonly<Record<string, number>>;
  /** The machine of each process that works the queue, or waits until it may. */
  readonly seats: readonly number[];
  readonly tasks: readonly TaskDefinition[];
  /** How often each kind of fault happens, by step. */
  readonly rates: Readonly<Record<FaultKind, number>>;
  /** What strikes whenever a process comes to such a moment. */
  readonly strikes: readonly Strike[];
  readonly pace: Pace;
  /** Steps after which nothing goes wrong any more. */
  readonly troubledSteps: number;
};

/** How often at most, by step; each run has only some of them. */
const RATES = {
  /** One of our processes is killed. */
  kill: 0.01,
  /** One of our processes stands still for a while. */
  pause: 0.004,
  /** The dispatcher stands still until others think it dead. */
  pauseDispatcher: 0.003,
  /** A person presses Ctrl-C. */
  interrupt: 0.006,
  /** Processes of an agent are killed by somebody else. */
  killAgent: 0.01,
  reboot: 0.001,
  sleep: 0.001,
  jumpClock: 0.002,
  storeDown: 0.002,
  diskFull: 0.001,
  dirtyCheckout: 0.002,
  foreignCommit: 0.006,
  /** A person decides something about a task. */
  person: 0.006,
  /** A person cancels what is being worked, and wants it back as soon as it has stopped. */
  changeOfMind: 0.01,
  /** A person says something to a task, or pauses or resumes it. */
  steering: 0.012,
  /** A person gives an agent more time, or none. */
  timing: 0.016,
  /** A person adds a task when all others have ended. */
  lateTask: 0.03,
} as const;

/** How reliable the small things are. */
export type Pace = {
  /** How often something takes longer than it has to. */
  readonly late: number;
  /** How often a hint is lost. */
  readonly lost: number;
  /** How many times as often agents misbehave. */
  readonly mischief: number;
  /** What most agents do, if not just anything. */
  readonly work: Work | undefined;
  /** How often agents never end, and how often they take long. */
  readonly hanging: number;
  readonly long: number;
  /** What most agents that fail fail by, if not just by anything. */
  readonly failure: FailureClass | undefined;
  /** How often others commit to the target branch in the middle of a merge. */
  readonly pushed: number;
  /** How many commits git cannot merge. */
  readonly unmergeable: number;
};

export type FaultKind = keyof typeof RATES;

/** So much more often, in a storm. */
const STORM = 4;

const TROUBLED_STEPS_MAX = 1_600;
const CALM = 0.04;

export function createScenario(choices: Choices): Scenario {
  const stream = choices.stream("scenario");
  const machines = stream.chance(0.4) ? 2 : 1;
  const agents = ["claude", "script"];
  const nodes = Array.from({ length: machines }, (_, index) => ({
    id: `node-${index + 1}`,
    capacity: 1 + stream.below(3),
    agents: index === 0 ? agents : ["claude"],
  }));
  const isContested = stream.chance(0.3);
  const fallbacks = choices.stream("fallbacks");
  return {
    nodes,
    agentLimits: stream.chance(0.5) ? { claude: 1 + stream.below(2) } : {},
    seats: machines === 2 ? [0, 1] : isContested ? [0, 0] : [0],
    tasks: Array.from({ length: 1 + stream.below(6) }, (_, index) => {
      const task = taskOf(stream, index);
      return fallbacks.chance(0.5) ? { ...task, fallbackAgents: ["script"] } : task;
    }),
    rates: ratesOf(choices.stream("rates")),
    strikes: strikesOf(choices.stream("strikes"), machines),
    pace: paceOf(choices.stream("pace")),
    troubledSteps: stream.chance(CALM) ? 0 : stream.below(TROUBLED_STEPS_MAX),
  };
}

function paceOf(stream: Stream): Pace {
  return {
    late: stream.pick([0.1, 0, 0.35]),
    lost: stream.pick([0.15, 0, 0.7]),
    mischief: stream.pick([1, 0.3, 3]),
    work: stream.pick([undefined, "clashes", undefined, "clashes", "conflicts", "breaks"]),
    pushed: stream.pick([0.05, 0, 0.5]),
    unmergeable: stream.pick([0.1, 0, 0.4]),
    hanging: stream.pick([0.1, 0, 0.5]),
    long: stream.pick([0.4, 0.1, 0.9]),
    failure: stream.pick([undefined, "quota", undefined, "quota"]),
  };
}

/** Each kind of trouble is there or not, and now and then all the time: it would hide the others. */
function ratesOf(stream: Stream): Record<FaultKind, number> {
  const rates: Record<FaultKind, number> = { ...RATES };
  for (const [kind, rate] of Object.entries(RATES) as [FaultKind, number][]) {
    const isThere = stream.chance(0.5);
    rates[kind] = isThere ? rate * (stream.chance(0.15) ? STORM : 1) : 0;
  }
  return rates;
}

/** A task that may wait for some of those before it. */
export function taskOf(stream: Stream, index: number): TaskDefinition {
  const before = Array.from({ length: index }, (_, other) => `t${other + 1}`);
  return aDefinition({
    id: `t${index + 1}`,
    title: `Task ${index + 1}`,
    agent: stream.chance(0.4) ? stream.pick(["script", "nobody", "script"]) : "claude",
    priority: stream.below(3),
    dependsOn: before.filter(() => stream.chance(0.35)),
    checks: checksOf(stream),
    limits: {
      timeoutMs: stream.chance(0.5) ? 6_000 : 60_000,
      stallMs: stream.chance(0.5) ? 2_000 : 0,
      maxRetries: 1 + stream.below(4),
    },
    merges: !stream.chance(0.3),
  });
}

export const TEST_CHECK = "test";

function checksOf(stream: Stream): readonly CheckSpec[] {
  return [
    { kind: "builtin", name: "exit_code" },
    { kind: "builtin", name: "has_changes" },
    ...(stream.chance(0.2) ? [{ kind: "builtin", name: "clean_tree" } as const] : []),
    ...(stream.chance(0.4)
      ? []
      : [{ kind: "command", name: TEST_CHECK, command: ["test"], timeoutMs: 60_000 } as const]),
  ];
}
