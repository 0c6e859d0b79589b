import type { Kysely } from "kysely";
import { refuse, type Decision } from "../../core/decision.ts";
import { evolveAll } from "../../core/evolve.ts";
import type { Scope, State } from "../../core/state.ts";
import type { Committed } from "../store.ts";
import { readDispatcherLease } from "./lease.ts";
import { loadState } from "./load-state.ts";
import { appendEvents } from "./append-events.ts";
import { saveChanges } from "./save-changes.ts";
import type { Database } from "./schema.ts";

export type Proposal = {
  readonly scope: Scope;
  readonly decide: (state: State) => Decision;
};

/** One decision inside the transaction that the caller began: nothing is written if it is refused. */
export async function decideAndSave(
  db: Kysely<Database>,
  { scope, decide }: Proposal,
): Promise<Committed> {
  if (scope.dispatcherTerm !== undefined) {
    const lease = await readDispatcherLease(db);
    if (lease?.term !== scope.dispatcherTerm) {
      return refuse("FENCED", "Another dispatcher has taken over this blackboard.");
    }
  }
  const before = await loadState(db, scope);
  const decision = decide(before);
  if (decision.kind === "refused") return decision;
  if (decision.events.length === 0) return { kind: "committed", events: [] };

  await saveChanges(db, before, evolveAll(before, decision.events));
  return { kind: "committed", events: await appendEvents(db, decision.events) };
}
