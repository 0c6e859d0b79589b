import type { Insertable, Kysely } from "kysely";
import { rowChunks, valuesOf } from "./chunks.ts";
import { runPrepared } from "./prepared.ts";
import type { Database } from "./schema.ts";

/** Inserts rows that all have the same columns in the same order. */
export async function insertRows<Table extends keyof Database>(
  db: Kysely<Database>,
  table: Table,
  rows: readonly Insertable<Database[Table]>[],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).join(" ");
  for (const some of rowChunks(rows)) {
    await runPrepared(db, `insert ${some.length} ${table} ${columns}`, valuesOf(some), () =>
      db.insertInto<keyof Database>(table).values(some),
    );
  }
}
