import { applyAll, copyOf } from "../../core/evolve.ts";
import { EMPTY_STATE } from "../../core/state.ts";
import { notEmpty } from "../history.ts";
import type { Committed, Store } from "../store.ts";
import type { Blackboard } from "./blackboard.ts";
import { appendTo, decideOn, draftOn } from "./draft.ts";
import { memoryReader } from "./memory-reader.ts";
import { eventsOfHistory, flawsOf, momentsOf, stateOf } from "./moments.ts";

/** The blackboard in this process's memory: for tests, and gone with the process. */
export function openMemoryStore(nowMs = Date.now): Store {
  const board: Blackboard = {
    state: copyOf(EMPTY_STATE),
    events: new Map(),
    lease: undefined,
    listeners: new Set(),
  };
  return {
    ...memoryReader(() => board),
    ...momentsOf(() => board),
    transact: async (scope, decide) => transact(board, scope, decide),
    rebuild: async () => {
      const flaws = flawsOf(board);
      board.state = stateOf(board);
      return flaws;
    },
    adopt: async (history) => {
      const events = await eventsOfHistory(history);
      if (board.events.size > 0) throw notEmpty();
      applyAll(board.state, events);
      appendTo(board, events);
      for (const listener of board.listeners) listener(undefined);
    },
    // Nothing is held of what has left.
    reclaim: async () => undefined,
    dispatcherLease: async () => board.lease,
    nowMs: async () => nowMs(),
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
  const draft = draftOn(board);
  const outcome = decideOn(draft, board.lease, scope, decide);
  appendTo(board, draft.events);
  if (draft.events.length > 0) for (const listener of board.listeners) listener(draft.events);
  return outcome;
}
