import { CompiledQuery, sql } from "kysely";
import { OrchestraError } from "../../core/errors.ts";
import type { Db } from "../server/database-server.ts";
import { MYSQL_BLACKBOARD, MYSQL_MIGRATIONS } from "./migrations.ts";

const LOCK_SECONDS = 30;
/** The database's own, in the 64 letters that such a name may have; MySQL has no `md5` since 9.6. */
const LOCK_NAME = sql`concat('orchestra:', left(sha2(database(), 256), 32))`;
const TABLES = ["runs", "tasks", "dependencies", "attempts", "interrupts", "events", "leases"];

/** `undefined` when there is no blackboard, or one that is only half made. */
export async function mysqlSchemaVersion(db: Db): Promise<number | undefined> {
  const tables = await tablesNamed(db, ["blackboard"]);
  if (tables.length === 0) return undefined;
  const { rows } = await sql<{
    schema_version: number;
  }>`select schema_version from blackboard where id = 1`.execute(db);
  return rows[0]?.schema_version || undefined;
}

/**
 * Makes the tables, or brings them up to date, while others wait. MySQL cannot take a table back, so
 * every step can be repeated by whoever comes after a crash.
 */
export async function migrateMysql(db: Db, place: string): Promise<void> {
  await lockMigration(db, place);
  const version = (await mysqlSchemaVersion(db)) ?? 0;
  await refuseForeign(db, place);
  const run = async (text: string) => db.executeQuery(CompiledQuery.raw(text));
  for (const statement of MYSQL_BLACKBOARD) await run(statement);
  for (const statement of MYSQL_MIGRATIONS.slice(version).flat()) await run(statement);
  await run(`update blackboard set schema_version = ${MYSQL_MIGRATIONS.length}`);
  await sql`select release_lock(${LOCK_NAME})`.execute(db);
}

/** It is given up with the connection, too, which whoever fails here closes. */
async function lockMigration(db: Db, place: string): Promise<void> {
  const { rows } = await sql<{
    got: number | null;
  }>`select get_lock(${LOCK_NAME}, ${LOCK_SECONDS}) as got`.execute(db);
  if (rows[0]?.got === 1) return;
  throw new OrchestraError(
    "STORE_UNAVAILABLE",
    `${place} is being set up by another process for ${LOCK_SECONDS} s. Try again.`,
  );
}

/** Tables of ours come after the blackboard's own; without it, they are somebody else's. */
async function refuseForeign(db: Db, place: string): Promise<void> {
  const [ours, others] = [await tablesNamed(db, ["blackboard"]), await tablesNamed(db, TABLES)];
  if (ours.length > 0 || others.length === 0) return;
  throw new OrchestraError(
    "STORE_UNAVAILABLE",
    `${place} holds tables of something else under names that the blackboard needs: ${others.join(", ")}. Nothing was changed. Use a database of its own.`,
  );
}

async function tablesNamed(db: Db, names: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{
    name: string;
  }>`select table_name as name from information_schema.tables
     where table_schema = database() and table_name in (${sql.join(names)})`.execute(db);
  return rows.map((row) => row.name);
}
