import { isLive } from "../../core/attempt.ts";
import { heldUntilMs, rankOf } from "../../core/schedule.ts";
import { dependentsOf, latestAttempt, type Scope, type State } from "../../core/state.ts";
import type { Task } from "../../core/task.ts";

/** What a decision with `scope` may see of the whole state: no more than another store would load. */
export function partOf(state: State, scope: Scope): State {
  const named = existing(state, scope.taskIds ?? []);
  const tasks = new Map(
    [
      ...named,
      ...(scope.dependents ? dependents(state, named, scope.dependents) : []),
      ...(scope.dependencies ? named.flatMap((task) => existing(state, task.dependsOn)) : []),
      ...(scope.assignment ? readyHeads(state, scope.assignment) : []),
      ...(scope.dueParked ? dueParked(state, scope.dueParked) : []),
    ].map((task) => [task.id, task]),
  );
  const attempts = [
    ...named.flatMap((task) => latestAttempt(state, task) ?? []),
    ...(scope.assignment ? [...state.attempts.values()].filter((one) => isLive(one.state)) : []),
  ];
  return {
    runs: new Map([...state.runs].filter(([id]) => scope.runIds?.includes(id))),
    tasks,
    attempts: new Map(attempts.map((attempt) => [attempt.id, attempt])),
    interrupts: new Map(
      [...state.interrupts].filter(
        ([, interrupt]) =>
          interrupt.closedAtMs === undefined && scope.taskIds?.includes(interrupt.taskId),
      ),
    ),
  };
}

/** The order in which ready tasks are worked. */
export function byRank(a: Task, b: Task): number {
  return rank(a) - rank(b) || a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1);
}

function rank(task: Task): number {
  return rankOf(task.priority, task.readyAtMs ?? task.createdAtMs);
}

function existing(state: State, ids: readonly string[]): Task[] {
  return ids.flatMap((id) => state.tasks.get(id) ?? []);
}

function dependents(state: State, tasks: readonly Task[], reach: "direct" | "all"): Task[] {
  const found = new Set<Task>();
  const queue = [...tasks];
  for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
    for (const dependent of dependentsOf(state, task.id)) {
      if (!found.has(dependent) && reach === "all") queue.push(dependent);
      found.add(dependent);
    }
  }
  return [...found];
}

function readyHeads(
  state: State,
  { agents, headPerAgent }: NonNullable<Scope["assignment"]>,
): Task[] {
  const ready = [...state.tasks.values()]
    .filter((task) => task.state === "ready" && heldUntilMs(task) === undefined)
    .toSorted(byRank);
  return agents.flatMap((agent) =>
    ready.filter((task) => task.agent === agent).slice(0, headPerAgent),
  );
}

export function dueParked(state: State, { nowMs, limit }: NonNullable<Scope["dueParked"]>): Task[] {
  return [...state.tasks.values()]
    .filter((task) => heldUntilMs(task) !== undefined && dueMs(task) <= nowMs)
    .toSorted((a, b) => dueMs(a) - dueMs(b) || (a.id < b.id ? -1 : 1))
    .slice(0, limit);
}

/** In whole milliseconds, as databases keep it. */
function dueMs(task: Task): number {
  return Math.ceil(heldUntilMs(task) ?? 0);
}
