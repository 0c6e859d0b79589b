import { compacted } from "../../core/archive.ts";
import { refuse, type Decision } from "../../core/decision.ts";
import type { Event, RecordedEvent } from "../../core/events.ts";
import { applyAll } from "../../core/evolve.ts";
import { invariant } from "../../core/invariant.ts";
import type { DispatcherLease } from "../../core/lease.ts";
import type { Scope, State } from "../../core/state.ts";
import type { Committed } from "../store.ts";
import type { Blackboard } from "./blackboard.ts";
import { stateOf } from "./moments.ts";
import { partOf } from "./part-of.ts";

/**
 * Decisions that are not kept yet. The board's state is already as they have left it, so that each sees
 * those before it; nobody may look at it before they are kept or given up.
 */
export type Draft = {
  readonly board: Blackboard;
  /** What was decided, in order. */
  readonly events: RecordedEvent[];
  /** By run, the number of its last event. */
  readonly lastSeq: Map<string, number>;
};

export function draftOn(board: Blackboard): Draft {
  const lastSeq = [...board.events].map(([id, log]) => [id, log.at(-1)?.seq ?? 0] as const);
  return { board, events: [], lastSeq: new Map(lastSeq) };
}

/** One decision; refused, it leaves the draft as it is. */
export function decideOn(
  draft: Draft,
  lease: DispatcherLease | undefined,
  scope: Scope,
  decide: (state: State) => Decision,
): Committed {
  if (scope.dispatcherTerm !== undefined && scope.dispatcherTerm !== lease?.term) {
    return refuse("FENCED", "Another dispatcher has taken over this blackboard.");
  }
  const { state } = draft.board;
  const decision = decide(partOf(state, scope));
  if (decision.kind === "refused") return decision;

  requireRuns(state, decision.events);
  applyAll(state, decision.events);
  const events = decision.events.map((event) => {
    const seq = (draft.lastSeq.get(event.runId) ?? 0) + 1;
    draft.lastSeq.set(event.runId, seq);
    return { ...event, seq };
  });
  // One by one: a call takes only so many arguments.
  for (const event of events) draft.events.push(event);
  return { kind: "committed", events };
}

function requireRuns({ runs }: State, events: readonly Event[]): void {
  for (const { runId } of events) {
    const isThere =
      runs.has(runId) || events.some((one) => one.type === "run_created" && one.runId === runId);
    invariant(isThere, `Events of run ${runId} come after the one that creates it.`);
  }
}

/** Nothing of what was decided is so. That is rare, and may take its time. */
export function giveUp({ board }: Draft): void {
  board.state = stateOf(board);
}

/** Adds to the logs what the state already tells; what has left takes its events along. */
export function appendTo(board: Blackboard, events: readonly RecordedEvent[]): void {
  for (const event of events) {
    const log = board.events.get(event.runId) ?? [];
    board.events.set(event.runId, log);
    log.push(event);
  }
  const shrunk = events.filter(({ type }) => type === "tasks_archived").map(({ runId }) => runId);
  for (const runId of new Set(shrunk)) {
    board.events.set(runId, compacted(board.events.get(runId) ?? []));
  }
}
