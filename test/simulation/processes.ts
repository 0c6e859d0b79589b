import { stateOfHolder } from "../../src/agents/process/holder.ts";
import { isAlive, membersOf, type Origin } from "../../src/agents/process/members.ts";
import type { Processes, ProcessState, StartRequest } from "../../src/agents/processes.ts";
import { OrchestraError } from "../../src/core/errors.ts";
import type { ProcessHolder } from "../../src/core/lease.ts";
import { beginAgent } from "./agent-life.ts";
import { checkTimedOut } from "./check-limits.ts";
import { deedOf } from "./deed.ts";
import {
  createOwner,
  end,
  folderOf,
  list,
  livingOf,
  markerOf,
  seenFrom,
  tableOf,
  type Listed,
  type Machine,
} from "./machine.ts";
import { goesWrong, refuseOnFullDisk, turn, violate, type Program, type World } from "./world.ts";

/** What `terminate` waits for a killed process to be gone. */
const KILL_WAIT_MS = 5_000;
const LOOK_EVERY_MS = 200;

/** Processes of a simulated machine, by the rules of the real ones. */
export function simulatedProcesses(world: World, program: Program): Processes {
  const { machine } = program;
  const table = tableOf(machine);
  return {
    start: async (request) => start(world, program, request),
    inspect: async (folder) => {
      await turn(world, program, `inspects ${folder}`);
      const state = inspect(world, machine, folder);
      if (state.kind === "running") checkTimedOut(world, program, folder);
      return state;
    },
    noteOf: async (folder) => folderOf(machine, folder).note,
    terminate: async (folder, graceMs) => terminate(world, program, folder, graceMs),
    self: async () => holderOf(program),
    isAlive: async (holder) => {
      await turn(world, program, "asks who is alive");
      return stateOfHolder(table, seenFrom(machine, holder));
    },
  };
}

/** How this process holds leases. */
export function holderOf(program: Program): ProcessHolder {
  const { machine } = program;
  const own = [...machine.processes.values()].find((one) => one.owner === program);
  if (!own) throw new Error(`${program.name} is not in its machine's process table.`);
  return { host: machine.name, pid: own.pid, startTime: own.startTime, bootId: machine.bootId };
}

async function start(world: World, program: Program, request: StartRequest): Promise<void> {
  const { machine } = program;
  const attemptId = request.folder;
  await turn(world, program, `starts ${attemptId}`);
  if (identityOf(machine, attemptId)) return;
  if (deedOf(world, attemptId).isMissing) {
    throw new OrchestraError("AGENT_UNUSABLE", "There is no such executable.");
  }
  refuseOnFullDisk(world, `starting ${attemptId}`);

  const { promise, resolve } = Promise.withResolvers<void>();
  const settled = (): void => {
    world.scheduler.later(program, `sees the start of ${attemptId}`, 0, resolve);
  };
  // Another process does it, which goes on when this one is dead.
  const delayMs = goesWrong(world, world.scenario.pace.late, "delay")
    ? world.trouble.stream.below(3_000)
    : 0;
  const struckMs = world.strike(program, `orders the start of ${attemptId}`);
  world.scheduler.later(machine, `spawns the wrapper of ${attemptId}`, delayMs + struckMs, () => {
    spawnWrapper(world, program, request, settled);
  });
  await promise;
}

function spawnWrapper(
  world: World,
  program: Program,
  { folder: attemptId, cwd, note, followsStdin: listens = false }: StartRequest,
  settled: () => void,
): void {
  const { machine } = program;
  const owner = createOwner(`wrapper of ${attemptId}`, machine);
  const wrapper: Listed = list(machine, world.scheduler, {
    owner,
    marker: markerOf(attemptId),
    onSignal: (signal) => {
      if (signal !== "SIGKILL") return;
      end(machine, world.scheduler.nowMs(), wrapper);
      settled();
    },
  });
  world.scheduler.later(owner, "claims the folder", 0, () => {
    const folder = folderOf(machine, attemptId);
    settled();
    if (folder.identity !== undefined) {
      end(machine, world.scheduler.nowMs(), wrapper);
      return;
    }
    folder.note = note;
    folder.identity = {
      host: machine.name,
      pid: wrapper.pid,
      startTime: wrapper.startTime,
      bootId: machine.bootId,
    };
    beginAgent(world, program, { attemptId, wrapper, path: cwd, listens });
  });
}

function identityOf(machine: Machine, attemptId: string): ProcessHolder | undefined {
  const { identity } = folderOf(machine, attemptId);
  return identity === "nobody" ? undefined : identity;
}

function originOf(machine: Machine, attemptId: string): Origin {
  const folder = folderOf(machine, attemptId);
  return {
    identity: identityOf(machine, attemptId),
    marker: markerOf(attemptId),
    exitUptimeS: folder.exit ? folder.exitUptimeS : undefined,
  };
}

function inspect(world: World, machine: Machine, attemptId: string): ProcessState {
  const state = stateOf(machine, attemptId);
  const isAlive = livingOf(machine, attemptId).length > 0;
  if (state.kind === "running" && !isAlive)
    violate(world, `${attemptId} is dead, and seems alive.`);
  if (state.kind === "vanished" && isAlive)
    violate(world, `${attemptId} is alive, and seems dead.`);
  return state;
}

function stateOf(machine: Machine, attemptId: string): ProcessState {
  const { exit, endedAtMs } = folderOf(machine, attemptId);
  if (exit) return { kind: "exited", ...exit, endedAtMs };
  const origin = originOf(machine, attemptId);
  const { identity } = origin;
  if (!identity) return { kind: "not_started" };
  const table = tableOf(machine);
  if (isAlive(table, identity) || membersOf(table.glance(), origin).length > 0) {
    return { kind: "running", pid: identity.pid };
  }
  return { kind: "vanished" };
}

async function terminate(
  world: World,
  program: Program,
  attemptId: string,
  graceMs: number,
): ReturnType<Processes["terminate"]> {
  const { machine } = program;
  const table = tableOf(machine, (one) => {
    if (one.marker === markerOf(attemptId)) return;
    violate(world, `Whoever ends ${attemptId} signals ${one.owner.name}.`);
  });
  await turn(world, program, `terminates ${attemptId}`);
  folderOf(machine, attemptId).identity ??= "nobody";
  const origin = originOf(machine, attemptId);
  const look = (): ReturnType<typeof membersOf> => membersOf(table.glance(), origin);
  const isGroupOver = (): boolean => !look().some((one) => one.group === origin.identity?.pid);
  const until = async (isOver: () => boolean, limitMs: number): Promise<boolean> => {
    for (let waitedMs = 0; !isOver(); waitedMs += LOOK_EVERY_MS) {
      if (waitedMs >= limitMs) return false;
      await turn(world, program, `waits for the end of ${attemptId}`, LOOK_EVERY_MS);
    }
    return true;
  };
  if (origin.identity && !isGroupOver()) {
    const group = -origin.identity.pid;
    if (graceMs > 0) table.signal(group, "SIGTERM");
    if (!(await until(isGroupOver, graceMs))) table.signal(group, "SIGKILL");
    await until(isGroupOver, KILL_WAIT_MS);
  }
  const survivors = look();
  for (const { pid } of survivors) table.signal(pid, "SIGKILL");
  const isProvenDead = await until(() => look().length === 0, KILL_WAIT_MS);
  return { survivorsKilled: survivors.length, isProvenDead };
}
