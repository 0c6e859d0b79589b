import { inspect } from "node:util";
import type { NodeDeps } from "../../src/cluster/node/deps.ts";
import { haltAgents, runNode } from "../../src/cluster/node/run-node.ts";
import { agentDueMs, holdEnd, type HeldUntil } from "../../src/core/agent-hold.ts";
import { attemptId, isLive } from "../../src/core/attempt.ts";
import { isFenced, OrchestraError } from "../../src/core/errors.ts";
import { mayTakeLease } from "../../src/core/lease.ts";
import type { Task } from "../../src/core/task.ts";
import type { State } from "../../src/core/state.ts";
import { takeLease, type HeldLease } from "../../src/engine/dispatcher-lease.ts";
import { runQueue, type QueueDeps } from "../../src/engine/run-queue.ts";
import { simulatedAgent, simulatedFolders } from "./agent-ports.ts";
import { simulatedChecks } from "./checks.ts";
import { simulatedBus } from "./hints.ts";
import { end, list, machineClock, type Machine } from "./machine.ts";
import { simulatedMergeRepository } from "./merge-repository.ts";
import { simulatedProcesses } from "./processes.ts";
import { simulatedStore } from "./store-port.ts";
import { clockOf, goesWrong, violate, type Program, type World } from "./world.ts";
import { simulatedWorkspaces } from "./workspaces.ts";

/** How often one that may only watch looks whether it may work. */
const LOOK_EVERY_MS = 5_000;

/** Starts one of our processes, once its machine is awake. It is gone when `main` is over. */
export function startProgram(
  world: World,
  machine: Machine,
  name: string,
  main: (program: Program) => Promise<void>,
  delayMs = 0,
): void {
  world.coming.add(name);
  world.scheduler.later(machine, `starts ${name}`, delayMs, () =>
    begin(world, machine, name, main),
  );
}

function begin(...[world, machine, name, main]: Parameters<typeof startProgram>): void {
  const program: Program = {
    name,
    machine,
    isDead: false,
    pausedUntilMs: 0,
    stop: new AbortController(),
    watchers: new Set(),
    leaseSeen: undefined,
    isDispatcher: false,
    hasNews: false,
    ended: new Set(),
    looksLeft: new Map(),
    hintEnd: () => undefined,
  };
  const listed = list(machine, world.scheduler, {
    owner: program,
    marker: "",
    onSignal: () => end(machine, world.scheduler.nowMs(), listed),
  });
  world.coming.delete(name);
  world.programs.add(program);
  void main(program)
    .catch((error: unknown) => judgeFailure(world, program, error))
    .finally(() => {
      end(machine, world.scheduler.nowMs(), listed);
      world.programs.delete(program);
    });
}

/** What a process that works attempts has to do with. */
export function portsOf(world: World, program: Program): NodeDeps {
  const { machine } = program;
  const stream = world.choices.stream("chance of programs");
  let sessions = 0;
  return {
    nodeId: world.scenario.nodes[world.machines.indexOf(machine)]?.id ?? "",
    store: simulatedStore(world, program),
    bus: simulatedBus(world, program),
    clock: clockOf(world, program, machineClock(machine, world.scheduler)),
    processes: simulatedProcesses(world, program),
    workspaces: simulatedWorkspaces(world, program),
    checks: simulatedChecks(world, program),
    agent: async (name) => simulatedAgent(world, name),
    env: {},
    folders: simulatedFolders(world, program),
    newSessionId: () => `${program.name}-session-${(sessions += 1)}`,
    random: () => stream.unit(),
    onProblem: (doing, error) => {
      world.note(`  ${program.name} has a problem while ${doing}: ${String(error)}`);
      world.problems.push({ program: program.name, error });
      judgeFailure(world, program, error);
    },
  };
}

function queuePorts(world: World, program: Program, lease: HeldLease): QueueDeps {
  const { nodes, agentLimits } = world.scenario;
  return {
    ...portsOf(world, program),
    repository: simulatedMergeRepository(world, program),
    lease,
    nodes: () => nodes,
    agentLimits,
    sameProvider: (agent) => [agent],
  };
}

/** What `orchestra run` does: works the queue, or, where another one does, only its own node. */
export async function workQueue(world: World, program: Program): Promise<void> {
  const ports = portsOf(world, program);
  const taking = await takeLease(ports);
  if (taking.kind === "held") {
    world.note(`  ${program.name} only watches`);
    return watch(world, program, ports);
  }
  program.isDispatcher = true;
  const deps = queuePorts(world, program, taking.lease);
  try {
    const queueEnd = await runQueue(deps, program.stop.signal).catch((error: unknown) => {
      if (!isFenced(error)) violate(world, `${program.name} gives up the queue: ${String(error)}`);
      throw error;
    });
    world.note(`  ${program.name} leaves the queue ${queueEnd.kind}`);
    if (queueEnd.kind === "empty") checkEmpty(world, program, queueEnd.deferredMerges);
    const halts = queueEnd.kind === "stopped" && goesWrong(world, 0.5);
    if (halts && program.stop.signal.aborted) await haltAgents(deps);
  } finally {
    await taking.lease.release();
  }
}

/** Who leaves the queue as empty leaves nothing in it, but what others have put there since it looked. */
function checkEmpty(world: World, program: Program, deferredMerges: number): void {
  const { state, scenario } = world;
  if (program.hasNews) return;
  const offered = scenario.nodes.flatMap(({ agents }) => agents);
  const held = heldAgents(state);
  const isDue = (task: Task): boolean =>
    offered.includes(task.agent) && agentDueMs(task, held) < Infinity;
  const left = [
    ...[...state.attempts.values()].filter((attempt) => isLive(attempt.state)),
    ...[...state.tasks.values()].filter(
      (task) => task.state === "ready" && task.pausedAtMs === undefined && isDue(task),
    ),
    ...[...state.tasks.values()]
      .filter((task) => task.state === "awaiting_qa")
      .slice(deferredMerges),
  ];
  if (left.length === 0) return;
  const ids = left.map(({ id, state }) => `${id} ${state}`);
  violate(world, `${program.name} leaves the queue as empty with ${ids.join(", ")}.`);
}

/** Agents that a person has to put right, as a task that waits for that tells. */
function heldAgents({ tasks, attempts }: State): HeldUntil {
  const waiting = [...tasks.values()].filter((task) => task.state === "waiting_human");
  const held = waiting.flatMap(({ id, attemptCount, failure }) => {
    const attempt = attempts.get(attemptId(id, attemptCount));
    const hasRun = attempt?.startedAtMs !== undefined;
    const isHeld = failure && holdEnd(failure, { hasRun }, 0) === Infinity;
    return attempt && isHeld ? [attempt.agent] : [];
  });
  return Object.fromEntries(held.map((agent) => [agent, Infinity]));
}

/** On a machine of its own it is a node meanwhile; a second one on the same machine is nothing. */
async function watch(world: World, program: Program, ports: NodeDeps): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([program.stop.signal, over.signal]);
  const isNode = world.machines.length > 1;
  const node = isNode ? runNode(ports, signal) : Promise.resolve();
  while (!signal.aborted && !isAllDone(world)) {
    await ports.clock.sleep(LOOK_EVERY_MS, signal);
    const lease = await ports.store.dispatcherLease().catch(() => undefined);
    const holder = lease ? await ports.processes.isAlive(lease.holder) : "unknown";
    if (lease && mayTakeLease(lease, ports.clock.nowMs(), holder)) break;
  }
  over.abort();
  await node;
}

export function isAllDone({ state }: World): boolean {
  return [...state.tasks.values()].every((task) => task.endedAtMs !== undefined);
}

/** What of the world's own making may end a process or be told as a problem. */
const WORLDLY = ["STORE_UNAVAILABLE", "NO_SPACE", "FENCED", "GIT_FAILED"];
/** A process that cannot be killed: the world makes some. */
const UNDYING = /could not be ended/;

function judgeFailure(world: World, program: Program, error: unknown): void {
  const isOurs = error instanceof OrchestraError;
  if (isOurs && (WORLDLY.includes(error.code) || UNDYING.test(error.message))) return;
  const text = error instanceof Error ? inspect(error) : String(error);
  violate(world, `${program.name} fails: ${text}`);
}
