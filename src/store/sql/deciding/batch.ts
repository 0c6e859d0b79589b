import { attemptId, isLive, type Attempt } from "../../../core/attempt.ts";
import { refuse, type Decision } from "../../../core/decision.ts";
import type { Event, RecordedEvent } from "../../../core/events.ts";
import { evolveAll } from "../../../core/evolve.ts";
import { idsRemoved } from "../differences.ts";
import { invariant } from "../../../core/invariant.ts";
import type { Scope, State } from "../../../core/state.ts";
import type { Task } from "../../../core/task.ts";
import type { Committed } from "../../store.ts";
import { forgetAll, type Known } from "./known.ts";
import { isWide, type Loaded } from "./load.ts";

export type Proposal = {
  readonly scope: Scope;
  readonly decide: (state: State) => Decision;
};

/** What a decision came to: a bug in one is no reason not to keep the others. */
export type Outcome = Committed | { readonly kind: "threw"; readonly error: unknown };

/** Decisions that share one transaction: made in memory one after another, then written together. */
export type Batch = {
  readonly known: Known;
  readonly loaded: Loaded;
  /** What was changed, as it was before; `undefined` for what was not there. */
  readonly before: { readonly [Kind in Kinds]: Map<string, RowOf<Kind> | undefined> };
  /** Numbered as they will be kept. */
  readonly appended: Appended[];
  /** Tasks that were removed, and how many events came before: theirs go with them. */
  readonly removed: Map<string, number>;
};

type Appended = { readonly event: Event; readonly seq: number };
type Kinds = "runs" | "tasks" | "attempts" | "interrupts";
type RowOf<Kind extends Kinds> = State[Kind] extends ReadonlyMap<string, infer Row> ? Row : never;

export type Decided = { readonly batch: Batch; readonly outcomes: readonly Outcome[] };

/** Decides one after another on what is known, which is then as it will be once that is kept. */
export function decideTogether(
  known: Known,
  loaded: Loaded,
  proposals: readonly Proposal[],
): Decided {
  const batch = createBatch(known, loaded);
  return { batch, outcomes: proposals.map((proposal) => outcomeOf(batch, proposal)) };
}

function createBatch(known: Known, loaded: Loaded): Batch {
  const before = {
    runs: new Map(),
    tasks: new Map(),
    attempts: new Map(),
    interrupts: new Map(),
  };
  return { known, loaded, before, appended: [], removed: new Map() };
}

function outcomeOf(batch: Batch, proposal: Proposal): Outcome {
  try {
    return decideInBatch(batch, proposal);
  } catch (error) {
    return { kind: "threw", error };
  }
}

/** One decision on what those before it have left; a refusal and an error change nothing. */
function decideInBatch(batch: Batch, { scope, decide }: Proposal): Committed {
  if (scope.dispatcherTerm !== undefined && scope.dispatcherTerm !== batch.loaded.term) {
    return refuse("FENCED", "Another dispatcher has taken over this blackboard.");
  }
  const state = shown(batch, scope);
  const decision = decide(state);
  if (decision.kind === "refused") return decision;

  const after = evolveAll(state, decision.events);
  const { nextSeq } = batch.known;
  for (const { runId } of decision.events) {
    const isThere = nextSeq.has(runId) || after.runs.has(runId);
    invariant(isThere, `Events of run ${runId} come after the one that creates it.`);
  }
  for (const id of idsRemoved(state, after)) removeTask(batch, id);
  const events = decision.events.map((event) => append(batch, event));
  for (const kind of ["runs", "tasks", "attempts", "interrupts"] as const) {
    keepChanged(batch, kind, state[kind], after[kind]);
  }
  return { kind: "committed", events };
}

function removeTask({ known, before, appended, removed }: Batch, id: string): void {
  if (!before.tasks.has(id)) before.tasks.set(id, known.tasks.get(id));
  forgetAll(known, id);
  removed.set(id, appended.length);
}

/** The events that are kept: all but those of tasks that were removed after them. */
export function keptEvents({ appended, removed }: Batch): readonly Appended[] {
  if (removed.size === 0) return appended;
  return appended.filter(({ event }, index) => {
    const before = "taskId" in event ? removed.get(event.taskId) : undefined;
    return before === undefined || index >= before;
  });
}

function append({ known, appended }: Batch, event: Event): RecordedEvent {
  const seq = known.nextSeq.get(event.runId) ?? 1;
  known.nextSeq.set(event.runId, seq + 1);
  const one = { event, seq };
  appended.push(one);
  return recordedOf(one);
}

/** All that was decided, in order. */
export function recordedEvents({ appended }: Batch): readonly RecordedEvent[] {
  return appended.map(recordedOf);
}

function recordedOf({ event, seq }: Appended): RecordedEvent {
  return { ...event, seq };
}

function keepChanged<Kind extends Kinds>(
  { before, known }: Batch,
  kind: Kind,
  ...[from, to]: readonly [ReadonlyMap<string, RowOf<Kind>>, ReadonlyMap<string, RowOf<Kind>>]
): void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Both hold rows of one kind.
  const rows = known[kind] as Map<string, RowOf<Kind>>;
  for (const [id, row] of to) {
    const old = from.get(id);
    if (old === row) continue;
    if (!before[kind].has(id)) before[kind].set(id, old);
    rows.set(id, row);
  }
}

/** What a decision with `scope` may see. */
function shown(batch: Batch, scope: Scope): State {
  const { known, loaded } = batch;
  const named = existing(known.tasks, scope.taskIds ?? []);
  const tasks = [
    ...named,
    ...(scope.dependents ? named.flatMap((task) => dependentsOf(batch, task)) : []),
    ...(isWide(scope) ? existing(known.tasks, loaded.taskIds) : []),
    ...(scope.assignment ? placeable(batch) : []),
  ];
  const latest = named.map((task) => attemptId(task.id, task.attemptCount));
  const live = isWide(scope) ? existing(known.attempts, loaded.attemptIds).filter(isLiveOne) : [];
  const attempts = [...existing(known.attempts, latest), ...live];
  const names = new Set(scope.taskIds);
  const interrupts = [...known.interrupts.values()].filter(
    (interrupt) => interrupt.closedAtMs === undefined && names.has(interrupt.taskId),
  );
  return {
    runs: byId(existing(known.runs, scope.runIds ?? [])),
    tasks: byId(tasks),
    attempts: byId(attempts),
    interrupts: byId(interrupts),
  };
}

/** Tasks that decisions of this batch have made ready. For those that were paused, `ask` has asked for more. */
function placeable({ known, before }: Batch): Task[] {
  return existing(known.tasks, [...before.tasks.keys()]).filter(({ state }) => state === "ready");
}

function isLiveOne({ state }: Attempt): boolean {
  return isLive(state);
}

/** Those that the database knew, and those that a decision of this batch has made dependents. */
function dependentsOf({ known, loaded, before }: Batch, { id }: Task): Task[] {
  const linked = loaded.dependents.get(id) ?? [];
  const candidates = [...linked.map(({ task }) => task.id), ...before.tasks.keys()];
  return existing(known.tasks, candidates).filter((task) => task.dependsOn.includes(id));
}

function existing<Row>(rows: ReadonlyMap<string, Row>, ids: readonly string[]): Row[] {
  return ids.flatMap((id) => rows.get(id) ?? []);
}

function byId<Row extends { readonly id: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}
