import type { State } from "../../core/state.ts";

type Change<T> = { readonly before: T; readonly after: T };
export type Changes<T> = { readonly added: readonly T[]; readonly changed: readonly Change<T>[] };

/** What differs between two maps; an item that only became another object is no difference. */
export function changesBetween<T extends object>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
): Changes<T> {
  const added: T[] = [];
  const changed: Change<T>[] = [];
  for (const [id, item] of after) {
    const old = before.get(id);
    if (old === undefined) added.push(item);
    else if (old !== item && changedFields(old, item) !== undefined) {
      changed.push({ before: old, after: item });
    }
  }
  return { added, changed };
}

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
