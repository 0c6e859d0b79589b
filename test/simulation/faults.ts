import { LEASE_TTL_MS } from "../../src/core/lease.ts";
import {
  createOwner,
  end,
  list,
  machineClock,
  TICK_MS,
  type Listed,
  type Machine,
} from "./machine.ts";
import { someonePushes } from "./merge-repository.ts";
import { isAllDone } from "./programs.ts";
import {
  someoneAdds,
  someoneChangesTheirMind,
  someoneDecides,
  someoneSteers,
  someoneTimes,
} from "./people.ts";
import type { FaultKind } from "./scenario.ts";
import { isGone } from "./scheduler.ts";
import { countFault, livingPrograms, type Program, type World } from "./world.ts";

/** Before each step, anything may go wrong. */
export function somethingGoesWrong(world: World): void {
  const { trouble, scenario } = world;
  for (const [kind, rate] of Object.entries(scenario.rates) as [FaultKind, number][]) {
    if (rate > 0 && trouble.stream.chance(rate)) {
      world.note(`! ${kind}`);
      FAULTS[kind](world);
    }
  }
}

const FAULTS: Readonly<Record<FaultKind, (world: World) => void>> = {
  kill: (world) => {
    const program = anyOf(world, livingPrograms(world));
    if (program) killProgram(world, program);
  },
  pause: (world) => {
    const program = anyOf(world, livingPrograms(world));
    if (program) pauseProgram(world, program);
  },
  pauseDispatcher: (world) => {
    const dispatcher = livingPrograms(world).find(({ isDispatcher }) => isDispatcher);
    if (dispatcher) holdUp(world, dispatcher);
  },
  interrupt: (world) => {
    const program = anyOf(world, livingPrograms(world));
    if (program) interrupt(world, program);
  },
  killAgent: (world) => {
    const lives = [...world.agents.values()].filter((life) => !isGone(life.agent.owner));
    const life = anyOf(world, lives);
    if (!life) return;
    countFault(world, "agent or wrapper killed");
    // The machine is out of memory, or somebody tidies up: one of them, or both.
    const which = world.trouble.stream.below(3);
    if (which !== 1) life.agent.onSignal("SIGKILL");
    if (which !== 0) life.wrapper.onSignal("SIGKILL");
    strangersCome(world, life.machine);
  },
  reboot: (world) => {
    const machine = anyOf(world, world.machines);
    if (!machine) return;
    countFault(world, "reboot");
    killOwned(world, machine, () => true);
    machine.pausedUntilMs = 0;
    machine.bootId = `${machine.name}-boot-${world.scheduler.steps()}`;
    machine.bootedAtMs = world.scheduler.nowMs();
    machine.asleepMs = 0;
    machine.takenAtMs.clear();
    machine.lastStart = 0;
    strangersCome(world, machine);
  },
  sleep: (world) => {
    const machine = anyOf(world, world.machines);
    if (!machine || machine.pausedUntilMs > world.scheduler.nowMs()) return;
    countFault(world, "machine asleep");
    // Another machine would stay awake all night for it.
    const nightMs = world.machines.length > 1 ? 100_000 : 8 * 3_600_000;
    const forMs = durationMs(world, [10_000, 100_000, nightMs]);
    machine.pausedUntilMs = world.scheduler.nowMs() + forMs;
    machine.asleepMs += forMs;
    world.scheduler.postpone(machine, forMs);
  },
  jumpClock: (world) => {
    const machine = anyOf(world, world.machines);
    if (!machine) return;
    countFault(world, "clock set");
    const byMs = durationMs(world, [1_000, 30_000, 120_000]);
    machine.wallOffsetMs += world.trouble.stream.chance(0.5) ? -byMs : byMs;
  },
  storeDown: (world) => {
    countFault(world, "store away");
    world.trouble.storeDownUntilMs =
      world.scheduler.nowMs() + durationMs(world, [100, 3_000, 20_000]);
  },
  diskFull: (world) => {
    countFault(world, "disk full");
    world.trouble.diskFullUntilMs =
      world.scheduler.nowMs() + durationMs(world, [100, 3_000, 20_000]);
  },
  dirtyCheckout: (world) => {
    countFault(world, "check-out with changes");
    world.trouble.dirtyUntilMs = world.scheduler.nowMs() + durationMs(world, [100, 3_000, 20_000]);
  },
  foreignCommit: (world) => {
    countFault(world, "commit of somebody else");
    someonePushes(world, "main");
  },
  person: (world) => {
    someoneDecides(world, world.trouble.stream);
    if (world.trouble.stream.chance(0.1)) FAULTS.kill(world);
  },
  changeOfMind: (world) => {
    someoneChangesTheirMind(world);
    if (world.trouble.stream.chance(0.2)) FAULTS.kill(world);
  },
  steering: (world) => {
    someoneSteers(world);
    if (world.trouble.stream.chance(0.2)) FAULTS.kill(world);
  },
  timing: (world) => {
    someoneTimes(world);
    if (world.trouble.stream.chance(0.2)) FAULTS.kill(world);
  },
  lateTask: (world) => {
    if (isAllDone(world)) someoneAdds(world);
  },
};

export function killProgram(world: World, program: Program): void {
  countFault(world, "process of ours killed");
  killOwned(world, program.machine, (one) => one.owner === program);
}

export function pauseProgram(world: World, program: Program): void {
  countFault(world, "process of ours paused");
  const forMs = durationMs(world, [200, 5_000, 2 * LEASE_TTL_MS]);
  program.pausedUntilMs = world.scheduler.nowMs() + forMs;
}

/** Until others think it dead. */
export function holdUp(world: World, program: Program): void {
  countFault(world, "dispatcher paused beyond its lease");
  const forMs = LEASE_TTL_MS + world.trouble.stream.below(LEASE_TTL_MS);
  program.pausedUntilMs = world.scheduler.nowMs() + forMs;
}

export function interrupt(world: World, program: Program): void {
  countFault(world, "Ctrl-C");
  program.stop.abort();
}

/** Others on the machine start processes, which get the numbers of the dead. */
function strangersCome(world: World, machine: Machine): void {
  const { stream } = world.trouble;
  for (let left = stream.below(5); left > 0; left -= 1) {
    const delayMs = TICK_MS + 1 + stream.below(100);
    world.scheduler.later(machine, "starts something else", delayMs, () => {
      const owner = createOwner("a stranger", machine);
      const stranger: Listed = list(machine, world.scheduler, {
        owner,
        marker: "",
        onSignal: () => end(machine, world.scheduler.nowMs(), stranger),
      });
      world.scheduler.later(owner, "ends", stream.below(60_000), () =>
        stranger.onSignal("SIGTERM"),
      );
    });
  }
}

/** Everything that goes wrong by itself is put right; what was killed stays so. */
export function endTrouble(world: World): void {
  const { trouble, scheduler } = world;
  const nowMs = scheduler.nowMs();
  trouble.isOver = true;
  for (const until of ["storeDownUntilMs", "diskFullUntilMs", "dirtyUntilMs"] as const) {
    trouble[until] = Math.min(trouble[until], nowMs);
  }
  for (const owner of livingPrograms(world)) {
    owner.pausedUntilMs = Math.min(owner.pausedUntilMs, nowMs);
  }
  for (const machine of world.machines) wakeUp(world, machine);
}

function wakeUp(world: World, machine: Machine): void {
  const leftMs = machine.pausedUntilMs - world.scheduler.nowMs();
  if (leftMs <= 0) return;
  machine.pausedUntilMs -= leftMs;
  machine.asleepMs -= leftMs;
  world.scheduler.postpone(machine, -leftMs);
  const { awakeMs } = machineClock(machine, world.scheduler);
  if (awakeMs() < 0) throw new Error("A machine has slept for longer than it has been on.");
}

function killOwned(world: World, machine: Machine, isMeant: (one: Listed) => boolean): void {
  for (const listed of machine.processes.values())
    if (isMeant(listed)) end(machine, world.scheduler.nowMs(), listed);
}

function anyOf<T>({ trouble }: World, all: readonly T[]): T | undefined {
  return all[trouble.stream.below(Math.max(1, all.length))];
}

/** Mostly short. */
function durationMs({ trouble }: World, limits: readonly [number, number, number]): number {
  const limit = trouble.stream.chance(0.3) ? limits[1 + trouble.stream.below(2)] : limits[0];
  return trouble.stream.below(limit ?? limits[0]);
}
