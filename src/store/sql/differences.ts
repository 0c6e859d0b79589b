import type { State } from "../../core/state.ts";

/** The tasks that were there, and are not any more. */
export function idsRemoved(before: State, after: State): string[] {
  return [...before.tasks.keys()].filter((id) => !after.tasks.has(id));
}

/** Whether a field of `after` has another value than it had. */
export function isChanged<T extends object>(before: T, after: T): boolean {
  for (const name in after) if (before[name] !== after[name]) return true;
  return false;
}
