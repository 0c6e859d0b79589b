import type { Kysely } from "kysely";
import { refuse, type Decision } from "../../core/decision.ts";
import type { Event, RecordedEvent } from "../../core/events.ts";
import { evolveAll } from "../../core/evolve.ts";
import type { Scope, State } from "../../core/state.ts";
import type { Committed } from "../store.ts";
import { appendEvents } from "./append-events.ts";
import { idsRemoved } from "./differences.ts";
import { forget, remember, type KnownRows } from "./known-rows.ts";
import { readDispatcherLease } from "./lease.ts";
import { loadState } from "./load-state.ts";
import { saveChanges } from "./save-changes.ts";
import type { Database } from "./schema.ts";

export type Proposal = {
  readonly scope: Scope;
  readonly decide: (state: State) => Decision;
};

/** What the decisions in one transaction share. */
export type Transaction = {
  /**
   * No decision reads the log, so the events are numbered and written together at the end, at half
   * the cost of one by one.
   */
  readonly pending: Event[];
  readonly recorded: RecordedEvent[];
  readonly known: KnownRows;
};

export function createTransaction(known: KnownRows): Transaction {
  return { pending: [], recorded: [], known };
}

/** Writes the events of all decisions: the last thing before the transaction is committed. */
export async function writeEvents(
  db: Kysely<Database>,
  { pending, recorded }: Transaction,
): Promise<void> {
  if (pending.length === 0) return;
  for (const event of await appendEvents(db, pending.splice(0))) recorded.push(event);
}

/**
 * One decision inside the transaction that the caller began: nothing is written if it is refused.
 * What it returns tells the outcome once the events are written.
 */
export async function decideAndSave(
  db: Kysely<Database>,
  transaction: Transaction,
  { scope, decide }: Proposal,
): Promise<() => Committed> {
  if (scope.dispatcherTerm !== undefined) {
    const lease = await readDispatcherLease(db);
    if (lease?.term !== scope.dispatcherTerm) {
      return () => refuse("FENCED", "Another dispatcher has taken over this blackboard.");
    }
  }
  const before = await loadState(db, scope, transaction.known);
  const decision = decide(before);
  if (decision.kind === "refused") return () => decision;
  if (decision.events.length === 0) return () => ({ kind: "committed", events: [] });

  const after = evolveAll(before, decision.events);
  const removed = idsRemoved(before, after);
  if (removed.length > 0) {
    // What goes with them must not be known or come after them, also when it is of this transaction.
    forget(transaction.known);
    await writeEvents(db, transaction);
  }
  await saveChanges(db, before, after);
  remember(transaction.known, after);
  for (const event of decision.events) transaction.pending.push(event);
  const end = transaction.recorded.length + transaction.pending.length;
  const start = end - decision.events.length;
  return () => ({ kind: "committed", events: transaction.recorded.slice(start, end) });
}
