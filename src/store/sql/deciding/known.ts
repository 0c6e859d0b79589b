import { attemptId, type Attempt } from "../../../core/attempt.ts";
import type { Interrupt } from "../../../core/interrupt.ts";
import type { Run } from "../../../core/run.ts";
import type { Task, TaskState } from "../../../core/task.ts";

/** Kept at most from one transaction to the next; tasks may be long. */
const KNOWN_MAX = 1_000;
const REST: readonly TaskState[] = ["complete", "abandoned", "cancelled"];

/**
 * Rows just as the database holds them, or will hold them once the transaction that is under way is
 * committed. Good for as long as nobody else writes.
 */
export type Known = {
  readonly runs: Map<string, Run>;
  /** The next number in each run's log. */
  readonly nextSeq: Map<string, number>;
  readonly tasks: Map<string, Task>;
  readonly attempts: Map<string, Attempt>;
  readonly interrupts: Map<string, Interrupt>;
};

export function knowNothing(): Known {
  return {
    runs: new Map(),
    nextSeq: new Map(),
    tasks: new Map(),
    attempts: new Map(),
    interrupts: new Map(),
  };
}

/** Nothing that was known can be relied on. */
export function forget(known: Known): void {
  known.runs.clear();
  known.nextSeq.clear();
  forgetRows(known);
}

/**
 * Forgets what the next transactions are not likely to ask for: tasks that were only looked at, and
 * those that have come to rest.
 */
export function keepLikely(known: Known, looked: Iterable<string>, changed: Touched): void {
  known.interrupts.clear();
  if (known.tasks.size + known.attempts.size > KNOWN_MAX) return forgetRows(known);
  for (const id of looked) if (!changed.has(id)) forgetTask(known, id);
  for (const id of changed.keys()) if (isAtRest(known.tasks.get(id))) forgetTask(known, id);
}

/** Ids of the tasks that were changed. */
type Touched = Pick<ReadonlyMap<string, unknown>, "has" | "keys">;

/** Forgets a task that is no more, and all that belongs to it. */
export function forgetAll(known: Known, taskId: string): void {
  known.tasks.delete(taskId);
  for (const rows of [known.attempts, known.interrupts]) {
    for (const row of rows.values()) if (row.taskId === taskId) rows.delete(row.id);
  }
}

function forgetTask(known: Known, id: string): void {
  const task = known.tasks.get(id);
  if (!task) return;
  known.tasks.delete(id);
  known.attempts.delete(attemptId(id, task.attemptCount));
}

function forgetRows(known: Known): void {
  known.tasks.clear();
  known.attempts.clear();
  known.interrupts.clear();
}

function isAtRest(task: Task | undefined): boolean {
  return task !== undefined && REST.includes(task.state);
}
