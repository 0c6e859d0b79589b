import type { State } from "../../core/state.ts";

/** The tasks that were there, and are not any more. */
export function idsRemoved(before: State, after: State): string[] {
  return [...before.tasks.keys()].filter((id) => !after.tasks.has(id));
}

/** The fields that have another value in `after`, or `undefined` when none has. */
export function changedFields<T extends object>(before: T, after: T): Partial<T> | undefined {
  let changed: Partial<T> | undefined;
  for (const name in after) {
    if (before[name] === after[name]) continue;
    changed ??= {};
    changed[name] = after[name];
  }
  return changed;
}
