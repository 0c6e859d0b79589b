import type { Command } from "../core/commands.ts";
import { decide, decideInOrder } from "../core/decide.ts";
import { accept } from "../core/decision.ts";
import { OrchestraError } from "../core/errors.ts";
import type { RecordedEvent } from "../core/events.ts";
import { scopeOf } from "../core/scope.ts";
import type { Scope } from "../core/state.ts";
import type { Committed, Store } from "./store.ts";

/** Puts one command to `decide` on the stored state. A refusal is a value. */
export async function execute(
  store: Pick<Store, "transact">,
  command: Command,
): Promise<Committed> {
  return store.transact(scopeOf(command), (state) => decide(state, command));
}

/**
 * Puts commands about one task to `decide`, each on what those before it have left: all of them, or
 * none when one is refused.
 */
export async function executeInOrder(
  store: Pick<Store, "transact">,
  commands: readonly Command[],
): Promise<Committed> {
  const scope: Scope = Object.assign({}, ...commands.map(scopeOf));
  return store.transact(scope, (state) => decideInOrder(state, commands));
}

/** Puts one command to `decide`, where a refusal is the caller's mistake: it is thrown as an `OrchestraError`. */
export async function executeOrThrow(
  store: Pick<Store, "transact">,
  command: Command,
): Promise<readonly RecordedEvent[]> {
  return eventsOrThrow(await execute(store, command));
}

/** Throws what `executeOrThrow` would throw now, and changes nothing. */
export async function rehearse(store: Pick<Store, "transact">, command: Command): Promise<void> {
  const outcome = await store.transact(scopeOf(command), (state) => {
    const decision = decide(state, command);
    return decision.kind === "refused" ? decision : accept([]);
  });
  eventsOrThrow(outcome);
}

function eventsOrThrow(outcome: Committed): readonly RecordedEvent[] {
  if (outcome.kind === "refused") throw new OrchestraError(outcome.code, outcome.message);
  return outcome.events;
}
