import type { Clock } from "../../src/core/clock.ts";
import { OrchestraError } from "../../src/core/errors.ts";
import { LEASE_TTL_MS, type DispatcherLease } from "../../src/core/lease.ts";
import { EMPTY_STATE, type State } from "../../src/core/state.ts";
import { openMemoryStore } from "../../src/store/memory/memory-store.ts";
import type { Store, WatchListener } from "../../src/store/store.ts";
import type { Choices, Stream } from "./choices.ts";
import { createRepository, type Repository } from "./git.ts";
import { createMachine, type Machine } from "./machine.ts";
import { createScenario, type Scenario } from "./scenario.ts";
import { createScheduler, isGone, type Owner, type Scheduler } from "./scheduler.ts";
import type { AgentLife } from "./agent-life.ts";
import type { UsageLimits } from "./check-agents.ts";
import type { Steering } from "./check-steering.ts";

/** Everything outside the engine. It goes on, whichever of our processes are alive. */
export type World = {
  readonly choices: Choices;
  readonly scenario: Scenario;
  readonly scheduler: Scheduler;
  readonly machines: readonly Machine[];
  readonly repository: Repository;
  /** The blackboard itself, as no process sees it: never late, never failing. */
  readonly store: Store;
  /** What the events so far add up to. */
  state: State;
  /** By attempt. */
  readonly agents: Map<string, AgentLife>;
  readonly programs: Set<Program>;
  /** Names of processes that are about to start. */
  readonly coming: Set<string>;
  readonly trouble: Trouble;
  /** What the engine told as a problem at the edge of a loop. */
  readonly problems: { readonly program: string; readonly error: unknown }[];
  /** Every attempt whose set-up the world has made fail. */
  readonly spoiled: Set<string>;
  /** Lets go of those who sleep: Node keeps a signal, and all it leads to, while somebody listens. */
  readonly sleepers: Set<() => void>;
  /** Whether git fails to merge a commit. */
  readonly unmergeable: Map<string, boolean>;
  /** Tasks that a person has cancelled and wants back as soon as their attempt has ended. */
  readonly regretted: Set<string>;
  readonly time: TimeLimits;
  readonly steering: Steering;
  readonly usageLimits: UsageLimits;
  /** How often each kind of fault has happened. */
  readonly faults: Map<string, number>;
  /** What strikes at such a moment of a process: returns how much longer it takes. */
  strike: (owner: Owner, moment: string) => number;
  /** Commands that people have typed. */
  typed: number;
  /** Whose write is being committed. */
  writer: Program | undefined;
  /** What must never be, and was. */
  violation: string | undefined;
  readonly note: (line: string) => void;
};

/** What people have said of time limits, told from the events alone. */
export type TimeLimits = {
  /** In milliseconds, by task and by attempt. */
  readonly limits: Map<string, number>;
  /** Attempts that had passed their limit when they were given more. */
  readonly passed: Set<string>;
};

/** One of our own processes. */
export type Program = Owner & {
  readonly machine: Machine;
  /** Told to end, as by Ctrl-C. */
  readonly stop: AbortController;
  readonly watchers: Set<WatchListener>;
  /** The dispatcher lease, as it was when this process last asked. */
  leaseSeen: DispatcherLease | undefined;
  /** Whether it thinks that it is the dispatcher. */
  isDispatcher: boolean;
  /** Whether others have written anything since it last looked for work to place. */
  hasNews: boolean;
  /** Attempts that it knows it has ended. */
  readonly ended: Set<string>;
  /** How often it may still look at its attempts that it knows to be timed out by a person. */
  readonly looksLeft: Map<string, number>;
  /** Hints to this process that something it started has ended. */
  hintEnd: (folder: string) => void;
};

export type Trouble = {
  isOver: boolean;
  readonly stream: Stream;
  storeDownUntilMs: number;
  diskFullUntilMs: number;
  dirtyUntilMs: number;
};

export function createWorld(choices: Choices, note: (line: string) => void): World {
  const scheduler = createScheduler(choices.stream("schedule"));
  const scenario = createScenario(choices);
  return {
    choices,
    scenario,
    scheduler,
    machines: scenario.nodes.map((_, index) =>
      createMachine(`machine-${index + 1}`, scheduler.nowMs()),
    ),
    repository: createRepository(),
    store: openMemoryStore(),
    state: EMPTY_STATE,
    agents: new Map(),
    programs: new Set(),
    coming: new Set(),
    trouble: {
      isOver: false,
      stream: choices.stream("trouble"),
      storeDownUntilMs: 0,
      diskFullUntilMs: 0,
      dirtyUntilMs: 0,
    },
    problems: [],
    spoiled: new Set(),
    sleepers: new Set(),
    unmergeable: new Map(),
    regretted: new Set(),
    time: { limits: new Map(), passed: new Set() },
    steering: {
      heardBy: new Map(),
      brokenOff: new Set(),
      keptWork: new Map(),
      sessions: new Set(),
    },
    usageLimits: new Map(),
    faults: new Map(),
    strike: () => 0,
    typed: 0,
    writer: undefined,
    violation: undefined,
    note,
  };
}

/** Says what must never be. The first one counts: what follows may only follow from it. */
export function violate(world: World, wrong: string): void {
  world.violation ??= wrong;
}

/** A fault, unless the time of trouble is over. */
export function goesWrong(world: World, probability: number, kind?: string): boolean {
  const { trouble } = world;
  const isSo = trouble.stream.chance(probability) && !trouble.isOver;
  if (isSo && kind !== undefined) countFault(world, kind);
  return isSo;
}

export function countFault({ faults }: World, kind: string): void {
  faults.set(kind, (faults.get(kind) ?? 0) + 1);
}

/** Resolves when the scheduler lets this process go on; never, once the process is dead. */
export async function turn(world: World, owner: Owner, label: string, delayMs = 0): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const struckMs = world.strike(owner, label);
  world.scheduler.later(owner, label, delayMs + struckMs + latencyMs(world), resolve);
  await promise;
}

/** What has been done is told late, now and then, or not at all if the process dies meanwhile. */
export async function reply(world: World, owner: Owner, label: string): Promise<void> {
  const isLate = goesWrong(world, world.scenario.pace.late, "late answer");
  const delayMs = isLate && goesWrong(world, 0.3) ? world.trouble.stream.below(500) : 0;
  const struckMs = world.strike(owner, `answer of ${label}`);
  if (isLate || struckMs > 0 || isGone(owner))
    await turn(world, owner, `${label} answers`, delayMs + struckMs);
}

/** Long enough for an agent that is not looked at to seem silent. */
const STALL_MS = 3_000;

/** Mostly nothing, at times much, and once in a while longer than any lease. */
function latencyMs(world: World): number {
  if (!goesWrong(world, world.scenario.pace.late, "delay")) return 0;
  if (!goesWrong(world, 0.15)) return 1 + world.trouble.stream.below(50);
  const isLong = goesWrong(world, 0.2);
  return isLong ? LEASE_TTL_MS + world.trouble.stream.below(30_000) : STALL_MS;
}

/** Time as one process sees it. */
export function clockOf(world: World, owner: Owner, time: Pick<Clock, "nowMs" | "awakeMs">): Clock {
  return {
    ...time,
    sleep: async (ms, signal) => {
      if (signal.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const cancel = world.scheduler.later(owner, "wakes", ms + latencyMs(world), resolve);
      const wake = (): void => resolve();
      const forget = (): void => signal.removeEventListener("abort", wake);
      signal.addEventListener("abort", wake, { once: true });
      world.sleepers.add(forget);
      await promise;
      cancel();
      forget();
      world.sleepers.delete(forget);
    },
  };
}

export function isDiskFull({ scheduler, trouble }: World): boolean {
  return scheduler.nowMs() < trouble.diskFullUntilMs;
}

export function refuseOnFullDisk(world: World, doing: string): void {
  if (!isDiskFull(world)) return;
  throw new OrchestraError("NO_SPACE", `The disk is full: ${doing}.`);
}

export function livingPrograms(world: World): readonly Program[] {
  return [...world.programs].filter((program) => !isGone(program));
}
