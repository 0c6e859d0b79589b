import { isLive, type Attempt } from "./attempt.ts";
import type { NodeOffer } from "./commands.ts";
import type { Task } from "./task.ts";
import { agentDueMs, agentFor, type HeldUntil } from "./agent-hold.ts";

/** Waiting this long is worth one point of priority, so that nothing starves. */
export const AGEING_MS = 10 * 60_000;

/**
 * The order in which ready tasks are assigned: smaller is sooner. Ageing adds the same to every
 * task as time passes, so the rank never changes while a task waits and an index can hold it.
 */
export function rankOf(priority: number, readyAtMs: number): number {
  return readyAtMs - priority * AGEING_MS;
}

/** When a person lets go on what is paused is not known; within what every database takes for an integer. */
export const PAUSE_END_MS = Number.MAX_SAFE_INTEGER;

/** Until when a ready task is not assigned; `undefined` when nothing keeps it. */
export function heldUntilMs({ pausedAtMs, parkedUntilMs }: Task): number | undefined {
  return pausedAtMs === undefined ? parkedUntilMs : PAUSE_END_MS;
}

export type Placement = {
  readonly task: Task;
  readonly nodeId: string;
  readonly agent: string;
};

export type Supply = {
  readonly nodes: readonly NodeOffer[];
  readonly agentLimits: Readonly<Record<string, number>>;
  readonly agentHolds: HeldUntil;
  readonly nowMs: number;
  readonly live: readonly Attempt[];
};

/**
 * Chooses which ready tasks to start now and where: the most urgent first, each on the node with
 * the most free slots that has its agent, never past a node's capacity or an agent's limit.
 */
export function planAssignments(ready: readonly Task[], supply: Supply): Placement[] {
  const live = supply.live.filter((attempt) => isLive(attempt.state));
  const freeByNode = new Map(
    supply.nodes.map((node) => [node.id, node.capacity - count(live, "nodeId", node.id)]),
  );
  const freeByAgent = new Map(
    Object.entries(supply.agentLimits).map(([agent, limit]) => [
      agent,
      limit - count(live, "agent", agent),
    ]),
  );

  const placements: Placement[] = [];
  for (const task of inRankOrder(ready)) {
    const agent = agentFor(task, supply.nowMs, supply.agentHolds);
    if (agent === undefined) continue;
    const freeOfAgent = freeByAgent.get(agent) ?? Number.POSITIVE_INFINITY;
    const node = roomiest(supply.nodes, agent, freeByNode);
    if (node === undefined || freeOfAgent <= 0) continue;

    placements.push({ task, nodeId: node.id, agent });
    freeByNode.set(node.id, (freeByNode.get(node.id) ?? 0) - 1);
    freeByAgent.set(agent, freeOfAgent - 1);
  }
  return placements;
}

/** When there is something to do for a task that waits for a time; `Infinity` for any other. */
export function taskDueMs(task: Task, agentHolds: HeldUntil, nowMs: number): number {
  if (task.pausedAtMs !== undefined) return Infinity;
  if (task.parkedUntilMs !== undefined) return task.parkedUntilMs;
  const agentMs = agentDueMs(task, agentHolds);
  return task.state === "ready" && agentMs > nowMs ? agentMs : Infinity;
}

function inRankOrder(tasks: readonly Task[]): Task[] {
  return tasks
    .filter((task) => task.state === "ready" && heldUntilMs(task) === undefined)
    .toSorted(
      (a, b) => taskRank(a) - taskRank(b) || a.createdAtMs - b.createdAtMs || compare(a.id, b.id),
    );
}

function taskRank(task: Task): number {
  return rankOf(task.priority, task.readyAtMs ?? task.createdAtMs);
}

function roomiest(
  nodes: readonly NodeOffer[],
  agent: string,
  free: ReadonlyMap<string, number>,
): NodeOffer | undefined {
  return nodes
    .filter((node) => node.agents.includes(agent) && (free.get(node.id) ?? 0) > 0)
    .toSorted((a, b) => (free.get(b.id) ?? 0) - (free.get(a.id) ?? 0) || compare(a.id, b.id))[0];
}

function count(attempts: readonly Attempt[], key: "nodeId" | "agent", value: string): number {
  return attempts.filter((attempt) => attempt[key] === value).length;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
