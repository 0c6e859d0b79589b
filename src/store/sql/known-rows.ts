import type { Attempt } from "../../core/attempt.ts";
import type { State } from "../../core/state.ts";
import type { Task } from "../../core/task.ts";

/** Kept at most; what is worked at one time is less, and tasks may be long. */
const KNOWN_MAX = 256;

/**
 * Tasks and attempts just as the database holds them, because this transaction has read or written
 * them, or an earlier one did and nobody else has written since. Whoever keeps them between
 * transactions forgets them when that is in doubt.
 */
export type KnownRows = {
  readonly tasks: Map<string, Task>;
  readonly attempts: Map<string, Attempt>;
};

export function knowNothing(): KnownRows {
  return { tasks: new Map(), attempts: new Map() };
}

/** Remembers what was loaded, with what was changed of it. */
export function remember(known: KnownRows, after: State): void {
  if (known.tasks.size + after.tasks.size > KNOWN_MAX) forget(known);
  if (after.tasks.size > KNOWN_MAX) return;
  for (const task of after.tasks.values()) known.tasks.set(task.id, task);
  for (const attempt of after.attempts.values()) known.attempts.set(attempt.id, attempt);
}

export function forget({ tasks, attempts }: KnownRows): void {
  tasks.clear();
  attempts.clear();
}
