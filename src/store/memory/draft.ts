import { compacted } from "../../core/archive.ts";
import { refuse, type Decision } from "../../core/decision.ts";
import type { RecordedEvent } from "../../core/events.ts";
import { evolveAll } from "../../core/evolve.ts";
import { invariant } from "../../core/invariant.ts";
import type { DispatcherLease } from "../../core/lease.ts";
import type { Scope, State } from "../../core/state.ts";
import type { Committed } from "../store.ts";
import type { Blackboard } from "./blackboard.ts";
import { partOf } from "./part-of.ts";

/** A blackboard with decisions that are not kept yet. */
export type Draft = {
  state: State;
  /** What was decided, in order. */
  readonly events: RecordedEvent[];
  /** By run, the number of its last event. */
  readonly lastSeq: Map<string, number>;
};

export function draftOf(board: Blackboard): Draft {
  const lastSeq = [...board.events].map(([id, log]) => [id, log.at(-1)?.seq ?? 0] as const);
  return { state: board.state, events: [], lastSeq: new Map(lastSeq) };
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
  const decision = decide(partOf(draft.state, scope));
  if (decision.kind === "refused") return decision;

  const state = evolveAll(draft.state, decision.events);
  for (const { runId } of decision.events) {
    invariant(state.runs.has(runId), `Events of run ${runId} come after the one that creates it.`);
  }
  const events = decision.events.map((event) => {
    const seq = (draft.lastSeq.get(event.runId) ?? 0) + 1;
    draft.lastSeq.set(event.runId, seq);
    return { ...event, seq };
  });
  draft.state = state;
  // One by one: a call takes only so many arguments.
  for (const event of events) draft.events.push(event);
  return { kind: "committed", events };
}

/** What was decided is so; what has left takes its events along. */
export function keep(board: Blackboard, { state, events }: Draft): void {
  board.state = state;
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
