import { CompiledQuery, sql } from "kysely";
import { OrchestraError } from "../../core/errors.ts";
import type { Db } from "../server/database-server.ts";
import { POSTGRES_MIGRATIONS } from "./migrations.ts";

/** Any number will do, if it is always the same: it spells "orch". */
const MIGRATION_LOCK = 0x6f726368;

/** `undefined` when there is no blackboard. */
export async function postgresSchemaVersion(db: Db): Promise<number | undefined> {
  // Asked in a way that is no error, which would end the transaction that asks.
  const { rows } = await sql<{
    is_there: boolean;
  }>`select to_regclass('blackboard') is not null as is_there`.execute(db);
  if (!rows[0]?.is_there) return undefined;
  const { rows: versions } = await sql<{
    schema_version: number;
  }>`select schema_version from blackboard where id = 1`.execute(db);
  return versions[0]?.schema_version;
}

/** Makes the tables, or brings them up to date, in one transaction; others wait meanwhile. */
export async function migratePostgres(db: Db, place: string): Promise<void> {
  const run = async (text: string) => db.executeQuery(CompiledQuery.raw(text));
  await run("begin");
  try {
    await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(db);
    await refuseEncoding(db, place);
    // Asked again: another process may have migrated while this one waited.
    const version = (await postgresSchemaVersion(db)) ?? 0;
    for (const statement of POSTGRES_MIGRATIONS.slice(version).flat()) await run(statement);
    await run(`update blackboard set schema_version = ${POSTGRES_MIGRATIONS.length}`);
    await run("commit");
  } catch (error) {
    await run("rollback").catch(() => undefined);
    throw error;
  }
}

async function refuseEncoding(db: Db, place: string): Promise<void> {
  const { rows } = await sql<{ server_encoding: string }>`show server_encoding`.execute(db);
  const encoding = rows[0]?.server_encoding;
  if (encoding === "UTF8") return;
  throw new OrchestraError(
    "STORE_UNAVAILABLE",
    `${place} keeps text as ${encoding}, which has no room for all that agents say. Create a database with: createdb --encoding=UTF8 --template=template0 NAME`,
  );
}
