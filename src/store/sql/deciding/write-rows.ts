import type { Compilable, Insertable, InsertQueryBuilder, InsertResult, Kysely } from "kysely";
import { rowChunks, valuesOf } from "../chunks.ts";
import { insertRows } from "../insert-rows.ts";
import { runPrepared } from "../prepared.ts";
import { removeTasks } from "../remove-tasks.ts";
import type { Database } from "../schema.ts";
import type { Writes } from "./writes.ts";

type Db = Kysely<Database>;
type Table = keyof Database;

/**
 * Has an insertion change these columns of the rows that are there already, for which each database has
 * words of its own.
 */
export type ReplaceColumns = (
  insertion: InsertQueryBuilder<Database, Table, InsertResult>,
  columns: readonly string[],
) => Compilable;

/** Writes all that a batch changes, many rows at once; the caller must not commit when this fails. */
export async function writeRows(db: Db, writes: Writes, replace: ReplaceColumns): Promise<void> {
  const change = async <T extends Table>(
    table: T,
    rows: readonly Insertable<Database[T]>[],
    columns: readonly string[],
  ): Promise<void> => {
    for (const some of rowChunks(rows)) {
      await runPrepared(db, `change ${some.length} ${table}`, valuesOf(some), () =>
        replace(db.insertInto<Table>(table).values(some), columns),
      );
    }
  };
  await removeTasks(db, writes.removed);
  const { runs, tasks, attempts, interrupts, unlinked, dependencies, events } = writes;
  await insertRows(db, "runs", runs.added);
  for (const { id, next_seq: nextSeq } of runs.changed) await renumber(db, id, nextSeq);
  await insertRows(db, "tasks", tasks.added);
  await change("tasks", tasks.changed, ["state", "agent", "rank", "parked_until", "data"]);
  for (const link of unlinked) await unlink(db, link.task_id, link.depends_on_id);
  await insertRows(db, "dependencies", dependencies);
  await insertRows(db, "attempts", attempts.added);
  await change("attempts", attempts.changed, ["state", "is_live", "ended_at", "data"]);
  await insertRows(db, "interrupts", interrupts.added);
  await change("interrupts", interrupts.changed, ["is_open", "data"]);
  await insertRows(db, "events", events);
}

async function renumber(db: Db, id: string, nextSeq: number): Promise<void> {
  await runPrepared(db, "renumber", [nextSeq, id], () =>
    db.updateTable("runs").set({ next_seq: nextSeq }).where("id", "=", id),
  );
}

async function unlink(db: Db, taskId: string, dependsOnId: string): Promise<void> {
  await runPrepared(db, "unlink", [taskId, dependsOnId], () =>
    db
      .deleteFrom("dependencies")
      .where("task_id", "=", taskId)
      .where("depends_on_id", "=", dependsOnId),
  );
}
