import { attemptId, type Attempt } from "./attempt.ts";
import type { Interrupt } from "./interrupt.ts";
import type { Run } from "./run.ts";
import { TASK_STATES, type Task, type TaskState } from "./task.ts";

/** The part of the blackboard that a decision needs, and nothing it does not. */
export type State = {
  readonly runs: ReadonlyMap<string, Run>;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly attempts: ReadonlyMap<string, Attempt>;
  readonly interrupts: ReadonlyMap<string, Interrupt>;
};

export const EMPTY_STATE: State = {
  runs: new Map(),
  tasks: new Map(),
  attempts: new Map(),
  interrupts: new Map(),
};

/** Names what a decision needs, for the store to load inside the transaction. */
export type Scope = {
  readonly runIds?: readonly string[];
  /** Each with its latest attempt and its open interrupt. */
  readonly taskIds?: readonly string[];
  /** The named tasks' direct dependents, or all that depend on them however far. */
  readonly dependents?: "direct" | "all";
  /** The tasks that the named ones depend on. */
  readonly dependencies?: boolean;
  /** Every live attempt, and the most urgent ready tasks of each of these agents. */
  readonly assignment?: { readonly agents: readonly string[]; readonly headPerAgent: number };
  /** Parked tasks that are due at this time, at most `limit`. */
  readonly dueParked?: { readonly nowMs: number; readonly limit: number };
  /** Refuses the transaction unless the dispatcher lease has this term. */
  readonly dispatcherTerm?: number;
};

/** The latest attempt of a task, if it is in the state. */
export function latestAttempt(state: State, task: Task): Attempt | undefined {
  return state.attempts.get(attemptId(task.id, task.attemptCount));
}

/** All attempts at a task, the first one first. */
export function attemptsAt(state: State, taskId: string): Attempt[] {
  const { attemptCount = 0 } = state.tasks.get(taskId) ?? {};
  const numbers = Array.from({ length: attemptCount }, (_, index) => index + 1);
  return numbers.flatMap((number) => state.attempts.get(attemptId(taskId, number)) ?? []);
}

/** The tasks in `state` that wait for `taskId`. */
export function dependentsOf(state: State, taskId: string): Task[] {
  return [...state.tasks.values()].filter((task) => task.dependsOn.includes(taskId));
}

/** How many tasks are in each state. */
export function countTasks({ tasks }: State): Record<TaskState, number> {
  const none = TASK_STATES.map((state) => [state, 0] as const);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TASK_STATES is every state.
  const counts = Object.fromEntries(none) as Record<TaskState, number>;
  for (const { state } of tasks.values()) counts[state] += 1;
  return counts;
}
