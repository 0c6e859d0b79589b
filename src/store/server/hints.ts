import type { RecordedEvent } from "../../core/events.ts";
import type { WatchListener } from "../store.ts";

/**
 * Who listens for commits, and up to which version of the blackboard they have been told: however
 * others' commits are heard of, nobody is told twice.
 */
export type Hints = {
  readonly listeners: Set<WatchListener>;
  seen: number;
};

export function createHints(): Hints {
  return { listeners: new Set(), seen: 0 };
}

/** This process has brought the blackboard to `version`. */
export function heardOwn(hints: Hints, version: number, events: readonly RecordedEvent[]): void {
  hints.seen = Math.max(hints.seen, version);
  if (events.length > 0) tell(hints, events);
}

/**
 * Another process has brought it to `version`, or further. What is no version is passed over: anybody
 * who may use the database may send notices.
 */
export function heardForeign(hints: Hints, version: number): void {
  if (!Number.isSafeInteger(version) || version <= hints.seen) return;
  hints.seen = version;
  tell(hints, undefined);
}

function tell({ listeners }: Hints, events: readonly RecordedEvent[] | undefined): void {
  for (const listener of listeners) listener(events);
}
