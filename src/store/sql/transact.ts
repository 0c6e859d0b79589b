import type { Kysely } from "kysely";
import { refuse, type Decision } from "../../core/decision.ts";
import type { Event, RecordedEvent } from "../../core/events.ts";
import { evolveAll } from "../../core/evolve.ts";
import type { Scope, State } from "../../core/state.ts";
import type { Committed } from "../store.ts";
import { appendEvents } from "./append-events.ts";
import { readDispatcherLease } from "./lease.ts";
import { loadState } from "./load-state.ts";
import { saveChanges } from "./save-changes.ts";
import type { Database } from "./schema.ts";

export type Proposal = {
  readonly scope: Scope;
  readonly decide: (state: State) => Decision;
};

/**
 * The events of one transaction, which may hold many decisions: no decision reads the log, so they
 * are numbered and written together at its end, at half the cost of one by one.
 */
export type EventBatch = {
  readonly pending: Event[];
  recorded: readonly RecordedEvent[];
};

export function createEventBatch(): EventBatch {
  return { pending: [], recorded: [] };
}

/** Writes the events of all decisions: the last thing before the transaction is committed. */
export async function writeEvents(db: Kysely<Database>, batch: EventBatch): Promise<void> {
  if (batch.pending.length > 0) batch.recorded = await appendEvents(db, batch.pending);
}

/**
 * One decision inside the transaction that the caller began: nothing is written if it is refused.
 * What it returns tells the outcome once the events are written.
 */
export async function decideAndSave(
  db: Kysely<Database>,
  batch: EventBatch,
  { scope, decide }: Proposal,
): Promise<() => Committed> {
  if (scope.dispatcherTerm !== undefined) {
    const lease = await readDispatcherLease(db);
    if (lease?.term !== scope.dispatcherTerm) {
      return () => refuse("FENCED", "Another dispatcher has taken over this blackboard.");
    }
  }
  const before = await loadState(db, scope);
  const decision = decide(before);
  if (decision.kind === "refused") return () => decision;
  if (decision.events.length === 0) return () => ({ kind: "committed", events: [] });

  await saveChanges(db, before, evolveAll(before, decision.events));
  const start = batch.pending.length;
  const end = batch.pending.push(...decision.events);
  return () => ({ kind: "committed", events: batch.recorded.slice(start, end) });
}
