import type { Kysely } from "kysely";
import type { Attempt } from "../../core/attempt.ts";
import type { Event, RecordedEvent } from "../../core/events.ts";
import type { Interrupt } from "../../core/interrupt.ts";
import type { State } from "../../core/state.ts";
import type { Task } from "../../core/task.ts";
import { rowOfAttempt, rowOfEvent, rowOfInterrupt, rowOfRun, rowOfTask } from "./rows.ts";
import type { Database } from "./schema.ts";

type Db = Kysely<Database>;
type Changes<T> = { readonly added: readonly T[]; readonly changed: readonly T[] };

/** Rows in one insert; databases bound the number of parameters. */
const ROWS_PER_INSERT = 50;

/** Writes what `events` changed: the difference between two states, whatever the events were. */
export async function saveChanges(db: Db, before: State, after: State): Promise<void> {
  const runs = changesBetween(before.runs, after.runs);
  await inChunks(runs.added, async (some) => {
    await db.insertInto("runs").values(some.map(rowOfRun)).execute();
  });
  await saveTasks(db, before, changesBetween(before.tasks, after.tasks));
  await saveAttempts(db, changesBetween(before.attempts, after.attempts));
  await saveInterrupts(db, changesBetween(before.interrupts, after.interrupts));
}

/** Appends events to the log; numbers are given per run, without gaps, in the order of commits. */
export async function appendEvents(db: Db, events: readonly Event[]): Promise<RecordedEvent[]> {
  const recorded: RecordedEvent[] = [];
  for (const [runId, ofRun] of Map.groupBy(events, (event) => event.runId)) {
    const { next_seq } = await db
      .updateTable("runs")
      .set((eb) => ({ next_seq: eb("next_seq", "+", ofRun.length) }))
      .where("id", "=", runId)
      .returning("next_seq")
      .executeTakeFirstOrThrow();
    const first = next_seq - ofRun.length;
    recorded.push(...ofRun.map((event, index) => ({ ...event, seq: first + index })));
  }
  await inChunks(recorded, async (some) => {
    const rows = some.map(({ seq, ...event }) => rowOfEvent(event, seq));
    await db.insertInto("events").values(rows).execute();
  });
  return recorded;
}

async function saveTasks(db: Db, before: State, { added, changed }: Changes<Task>): Promise<void> {
  await inChunks(added, async (some) => {
    await db.insertInto("tasks").values(some.map(rowOfTask)).execute();
  });
  for (const task of changed) {
    const { id, ...row } = rowOfTask(task);
    await db.updateTable("tasks").set(row).where("id", "=", id).execute();
  }

  const relinked = changed.filter(
    (task) => before.tasks.get(task.id)?.dependsOn !== task.dependsOn,
  );
  for (const task of relinked) {
    await db.deleteFrom("dependencies").where("task_id", "=", task.id).execute();
  }
  const edges = [...added, ...relinked].flatMap((task) =>
    task.dependsOn.map((id) => ({ task_id: task.id, depends_on_id: id })),
  );
  await inChunks(edges, async (some) => {
    await db.insertInto("dependencies").values(some).execute();
  });
}

async function saveAttempts(db: Db, { added, changed }: Changes<Attempt>): Promise<void> {
  await inChunks(added, async (some) => {
    await db.insertInto("attempts").values(some.map(rowOfAttempt)).execute();
  });
  for (const attempt of changed) {
    const { id, ...row } = rowOfAttempt(attempt);
    await db.updateTable("attempts").set(row).where("id", "=", id).execute();
  }
}

async function saveInterrupts(db: Db, { added, changed }: Changes<Interrupt>): Promise<void> {
  await inChunks(added, async (some) => {
    await db.insertInto("interrupts").values(some.map(rowOfInterrupt)).execute();
  });
  for (const interrupt of changed) {
    const { id, ...row } = rowOfInterrupt(interrupt);
    await db.updateTable("interrupts").set(row).where("id", "=", id).execute();
  }
}

function changesBetween<T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
): Changes<T> {
  const entries = [...after].filter(([id, item]) => before.get(id) !== item);
  return {
    added: entries.filter(([id]) => !before.has(id)).map(([, item]) => item),
    changed: entries.filter(([id]) => before.has(id)).map(([, item]) => item),
  };
}

async function inChunks<T>(
  items: readonly T[],
  write: (some: readonly T[]) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += ROWS_PER_INSERT) {
    await write(items.slice(start, start + ROWS_PER_INSERT));
  }
}
