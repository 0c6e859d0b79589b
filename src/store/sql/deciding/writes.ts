import type { Insertable, Kysely } from "kysely";
import type { Task } from "../../../core/task.ts";
import { isChanged } from "../differences.ts";
import {
  columnsOfAttempt,
  columnsOfInterrupt,
  columnsOfTask,
  rowOfEvent,
  rowOfRun,
} from "../rows.ts";
import type { Database } from "../schema.ts";
import { keptEvents, type Batch } from "./batch.ts";

/** What a batch changes, as rows; all that a table gets goes there at once. */
export type Writes = {
  readonly runs: RowChanges<{ id: string; next_seq: number; data: string }>;
  readonly tasks: RowChanges<Insertable<Database["tasks"]>>;
  readonly attempts: RowChanges<Insertable<Database["attempts"]>>;
  readonly interrupts: RowChanges<Insertable<Database["interrupts"]>>;
  /** Tasks that go before anything else is written, with all that names them, their events too. */
  readonly removed: readonly string[];
  /** Links that tasks which stay have no more. */
  readonly unlinked: readonly Insertable<Database["dependencies"]>[];
  readonly dependencies: readonly Insertable<Database["dependencies"]>[];
  readonly events: readonly EventRow[];
};

export type EventRow = Insertable<Database["events"]>;

export type RowChanges<Row> = { readonly added: readonly Row[]; readonly changed: readonly Row[] };

export function writesOf(batch: Batch): Writes {
  const { known, before } = batch;
  const tasks = changesOf(before.tasks, known.tasks);
  // Only what has changed: one that was imported may name tasks that there are not.
  const linkedBefore = ({ id }: Task): readonly string[] =>
    batch.removed.has(id) ? [] : (before.tasks.get(id)?.dependsOn ?? []);
  const all = [...tasks.added, ...tasks.changed];
  return {
    runs: runChanges(batch),
    tasks: asRows(tasks, columnsOfTask),
    attempts: asRows(changesOf(before.attempts, known.attempts), columnsOfAttempt),
    interrupts: asRows(changesOf(before.interrupts, known.interrupts), columnsOfInterrupt),
    removed: [...batch.removed.keys()],
    unlinked: all.flatMap((task) => linksOf(task.id, without(linkedBefore(task), task.dependsOn))),
    dependencies: all.flatMap((task) =>
      linksOf(task.id, without(task.dependsOn, linkedBefore(task))),
    ),
    events: keptEvents(batch).map(({ event, seq }) => rowOfEvent(event, seq)),
  };
}

/** Whether the log holds just these events, at their places. */
export async function areKept(db: Kysely<Database>, events: readonly EventRow[]): Promise<boolean> {
  for (const event of events) {
    const row = await db
      .selectFrom("events")
      .selectAll()
      .where("run_id", "=", event.run_id)
      .where("seq", "=", event.seq)
      .executeTakeFirst();
    if (!row || isChanged<object>(event, row)) return false;
  }
  return true;
}

/** Every run with new events gets a new number, and one that is new is added with it. */
function runChanges({ known, before, appended }: Batch): Writes["runs"] {
  const ids = [...new Set(appended.map(({ event }) => event.runId))];
  const rows = ids.map((id) => {
    const run = known.runs.get(id);
    return { id, data: "", ...(run && rowOfRun(run)), next_seq: known.nextSeq.get(id) ?? 1 };
  });
  const isNew = ({ id }: { readonly id: string }) => before.runs.has(id);
  return { added: rows.filter(isNew), changed: rows.filter((row) => !isNew(row)) };
}

type Changes<T> = { readonly added: readonly T[]; readonly changed: readonly T[] };

function changesOf<T extends object>(
  before: ReadonlyMap<string, T | undefined>,
  now: ReadonlyMap<string, T>,
): Changes<T> {
  const added: T[] = [];
  const changed: T[] = [];
  for (const [id, old] of before) {
    const row = now.get(id);
    if (row === undefined) continue;
    if (old === undefined) added.push(row);
    else if (isChanged(old, row)) changed.push(row);
  }
  return { added, changed };
}

function asRows<T, Columns extends object>(
  { added, changed }: Changes<T>,
  columnsOf: (item: T) => Columns,
): RowChanges<Columns & { data: string }> {
  const rowOf = (item: T) => ({ ...columnsOf(item), data: JSON.stringify(item) });
  return { added: added.map(rowOf), changed: changed.map(rowOf) };
}

function without(ids: readonly string[], others: readonly string[]): readonly string[] {
  return ids === others ? [] : ids.filter((id) => !others.includes(id));
}

function linksOf(taskId: string, ids: readonly string[]): Insertable<Database["dependencies"]>[] {
  return ids.map((id) => ({ task_id: taskId, depends_on_id: id }));
}
