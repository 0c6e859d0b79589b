import { invariant } from "../../core/invariant.ts";
import { refuse } from "../../core/decision.ts";
import type { Event, RecordedEvent } from "../../core/events.ts";
import { evolveAll } from "../../core/evolve.ts";
import { EMPTY_STATE } from "../../core/state.ts";
import type { Committed, Store } from "../store.ts";
import type { Blackboard } from "./blackboard.ts";
import { memoryReader } from "./memory-reader.ts";
import { partOf } from "./part-of.ts";

/** The blackboard in this process's memory: for tests, and gone with the process. */
export function openMemoryStore(): Store {
  const board: Blackboard = {
    state: EMPTY_STATE,
    events: new Map(),
    lease: undefined,
    listeners: new Set(),
  };
  return {
    ...memoryReader(board),
    transact: async (scope, decide) => transact(board, scope, decide),
    dispatcherLease: async () => board.lease,
    saveDispatcherLease: async (lease, expectedTerm) => {
      if (board.lease?.term !== expectedTerm) return false;
      board.lease = lease;
      return true;
    },
    watch: (listener, signal) => {
      if (signal.aborted) return;
      board.listeners.add(listener);
      signal.addEventListener("abort", () => board.listeners.delete(listener), { once: true });
    },
    close: async () => board.listeners.clear(),
  };
}

function transact(board: Blackboard, ...[scope, decide]: Parameters<Store["transact"]>): Committed {
  if (scope.dispatcherTerm !== undefined && scope.dispatcherTerm !== board.lease?.term) {
    return refuse("FENCED", "Another dispatcher has taken over this blackboard.");
  }
  const decision = decide(partOf(board.state, scope));
  if (decision.kind === "refused") return decision;

  const state = evolveAll(board.state, decision.events);
  for (const { runId } of decision.events) {
    invariant(state.runs.has(runId), `Events of run ${runId} come after the one that creates it.`);
  }
  const events = decision.events.map((event) => record(board, event));
  board.state = state;
  if (events.length > 0) for (const listener of board.listeners) listener(events);
  return { kind: "committed", events };
}

function record(board: Blackboard, event: Event): RecordedEvent {
  const log = board.events.get(event.runId) ?? [];
  board.events.set(event.runId, log);
  const recorded = { ...event, seq: log.length + 1 };
  log.push(recorded);
  return recorded;
}
