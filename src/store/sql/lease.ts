import type { Kysely } from "kysely";
import type { DispatcherLease } from "../../core/lease.ts";
import { runPrepared } from "./prepared.ts";
import { parsed } from "./rows.ts";
import type { Database } from "./schema.ts";

type Db = Kysely<Database>;

/** The name of the one lease that there is. */
export const DISPATCHER = "dispatcher";

const SPOILT = `The dispatcher's lease is spoilt. When no \`orchestra run\` is at work, delete the row of the table leases.`;

export async function readDispatcherLease(db: Db): Promise<DispatcherLease | undefined> {
  const [row] = await runPrepared(db, "dispatcher lease", [DISPATCHER], () =>
    db.selectFrom("leases").select("data").where("name", "=", DISPATCHER),
  );
  return row && parsed<DispatcherLease>(row.data, () => SPOILT);
}

/** Saves the lease if the stored term is still `expectedTerm`; tells whether it was. */
export async function saveDispatcherLease(
  db: Db,
  lease: DispatcherLease,
  expectedTerm: number | undefined,
): Promise<boolean> {
  const row = { name: DISPATCHER, term: lease.term, data: JSON.stringify(lease) };
  if (expectedTerm === undefined) {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto("leases")
      .values(row)
      .onConflict((conflict) => conflict.column("name").doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }
  const { numUpdatedRows } = await db
    .updateTable("leases")
    .set({ term: row.term, data: row.data })
    .where("name", "=", DISPATCHER)
    .where("term", "=", expectedTerm)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}
