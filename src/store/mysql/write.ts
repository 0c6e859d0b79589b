import { sql } from "kysely";
import type { Db } from "../server/database-server.ts";
import { writeRows } from "../sql/deciding/write-rows.ts";
import type { Writes } from "../sql/deciding/writes.ts";

/** Writes all that a batch changes; the caller must not commit when this fails. */
export async function writeToMysql(db: Db, writes: Writes): Promise<void> {
  await writeRows(db, writes, (insertion, columns) =>
    insertion.onDuplicateKeyUpdate(
      // Each column as the row that could not be inserted has it.
      Object.fromEntries(columns.map((column) => [column, sql`values(${sql.ref(column)})`])),
    ),
  );
}
