import type { Kysely } from "kysely";
import { insertRows } from "../insert-rows.ts";
import type { Database } from "../schema.ts";
import { foundedRows, foundedRuns, taskIdChunks } from "./founded.ts";

type Db = Kysely<Database>;

/**
 * Makes every row anew from the events; the caller has begun a transaction. What refers to a row comes
 * after it and goes before it, also where the databases look after every statement.
 */
export async function fillProjection(db: Db): Promise<void> {
  for (const table of ["dependencies", "interrupts", "attempts", "tasks"] as const) {
    await db.deleteFrom(table).execute();
  }
  await fillRuns(db);
  for await (const ids of taskIdChunks(db)) {
    await insertRows(db, "tasks", (await foundedRows(db, ids)).tasks);
  }
  for await (const ids of taskIdChunks(db)) {
    const { attempts, interrupts, dependencies } = await foundedRows(db, ids);
    await insertRows(db, "attempts", attempts);
    await insertRows(db, "interrupts", interrupts);
    await insertRows(db, "dependencies", dependencies);
  }
}

/** Rows of runs are mended where they are, because events refer to them. */
async function fillRuns(db: Db): Promise<void> {
  const founded = await foundedRuns(db);
  const found = await db.selectFrom("runs").select("id").execute();
  const there = new Set(found.map(({ id }) => id));
  for (const { id, ...row } of founded) {
    if (there.has(id)) await db.updateTable("runs").set(row).where("id", "=", id).execute();
  }
  await insertRows(
    db,
    "runs",
    founded.filter(({ id }) => !there.has(id)),
  );
  const ids = new Set(founded.map(({ id }) => id));
  for (const { id } of found) {
    if (!ids.has(id)) await db.deleteFrom("runs").where("id", "=", id).execute();
  }
}
