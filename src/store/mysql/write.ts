import { sql, type Insertable, type RawBuilder } from "kysely";
import { rowChunks, valuesOf } from "../sql/chunks.ts";
import { removeTasks } from "../sql/remove-tasks.ts";
import { runPrepared } from "../sql/prepared.ts";
import type { Database } from "../sql/schema.ts";
import type { Db } from "../server/database-server.ts";
import type { Writes } from "../server/writes.ts";

/** Writes all that a batch changes; the caller must not commit when this fails. */
export async function writeToMysql(db: Db, writes: Writes): Promise<void> {
  await removeTasks(db, writes.removed);
  const { runs, tasks, attempts, interrupts, relinked, dependencies, events } = writes;
  await put(db, "runs", runs.added);
  for (const { id, next_seq: nextSeq } of runs.changed) await renumber(db, id, nextSeq);
  await put(db, "tasks", tasks.added);
  await put(db, "tasks", tasks.changed, ["state", "agent", "rank", "parked_until", "data"]);
  for (const id of relinked) await unlink(db, id);
  await put(db, "dependencies", dependencies);
  await put(db, "attempts", attempts.added);
  await put(db, "attempts", attempts.changed, ["state", "is_live", "ended_at", "data"]);
  await put(db, "interrupts", interrupts.added);
  await put(db, "interrupts", interrupts.changed, ["is_open", "data"]);
  await put(db, "events", events);
}

/** Inserts rows; of those that are there already, changes the columns that can change. */
async function put<Table extends keyof Database>(
  db: Db,
  table: Table,
  rows: readonly Insertable<Database[Table]>[],
  changing: readonly string[] = [],
): Promise<void> {
  for (const some of rowChunks(rows)) {
    const shape = `put ${some.length} ${table} ${changing.join(" ")}`;
    await runPrepared(db, shape, valuesOf(some), () => {
      const insertion = db.insertInto<keyof Database>(table).values(some);
      if (changing.length === 0) return insertion;
      return insertion.onDuplicateKeyUpdate(asInserted(changing));
    });
  }
}

/** Each column as the row that could not be inserted has it. */
function asInserted(columns: readonly string[]): Record<string, RawBuilder<unknown>> {
  return Object.fromEntries(columns.map((column) => [column, sql`values(${sql.ref(column)})`]));
}

async function renumber(db: Db, id: string, nextSeq: number): Promise<void> {
  await runPrepared(db, "renumber", [nextSeq, id], () =>
    db.updateTable("runs").set({ next_seq: nextSeq }).where("id", "=", id),
  );
}

async function unlink(db: Db, taskId: string): Promise<void> {
  await runPrepared(db, "unlink", [taskId], () =>
    db.deleteFrom("dependencies").where("task_id", "=", taskId),
  );
}
