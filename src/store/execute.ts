import type { Command } from "../core/commands.ts";
import { decide } from "../core/decide.ts";
import { OrchestraError } from "../core/errors.ts";
import type { RecordedEvent } from "../core/events.ts";
import { scopeOf } from "../core/scope.ts";
import type { Committed, Store } from "./store.ts";

/** Puts one command to `decide` on the stored state. A refusal is a value. */
export async function execute(
  store: Pick<Store, "transact">,
  command: Command,
): Promise<Committed> {
  return store.transact(scopeOf(command), (state) => decide(state, command));
}

/** The same, where a refusal is the caller's mistake: it is thrown as an `OrchestraError`. */
export async function executeOrThrow(
  store: Pick<Store, "transact">,
  command: Command,
): Promise<readonly RecordedEvent[]> {
  const outcome = await execute(store, command);
  if (outcome.kind === "refused") throw new OrchestraError(outcome.code, outcome.message);
  return outcome.events;
}
