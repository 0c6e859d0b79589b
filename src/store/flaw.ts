import { isDeepStrictEqual } from "node:util";
import type { State } from "../core/state.ts";

/** Something that the store shows, and that is not what the events add up to. */
export type Flaw = {
  readonly kind: "run" | "task" | "attempt" | "interrupt" | "dependency";
  readonly id: string;
  readonly is: "missing" | "unfounded" | "different";
};

/** Where two collections differ, by id: what is there beside what should be. */
export function flawsBetween<T>(
  kind: Flaw["kind"],
  found: ReadonlyMap<string, T>,
  expected: ReadonlyMap<string, T>,
): Flaw[] {
  const flaws: Flaw[] = [];
  for (const [id, one] of expected) {
    if (!found.has(id)) flaws.push({ kind, id, is: "missing" });
    else if (!isDeepStrictEqual(found.get(id), one)) flaws.push({ kind, id, is: "different" });
  }
  for (const id of found.keys()) {
    if (!expected.has(id)) flaws.push({ kind, id, is: "unfounded" });
  }
  return flaws;
}

/** Where a state differs from the one that it should be. */
export function flawsOfState(found: State, expected: State): Flaw[] {
  return [
    ...flawsBetween("run", found.runs, expected.runs),
    ...flawsBetween("task", found.tasks, expected.tasks),
    ...flawsBetween("attempt", found.attempts, expected.attempts),
    ...flawsBetween("interrupt", found.interrupts, expected.interrupts),
  ];
}
