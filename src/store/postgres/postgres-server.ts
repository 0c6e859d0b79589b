import { CompiledQuery, sql } from "kysely";
import { allSettled } from "../sql/all-settled.ts";
import type { DatabaseServer, Db } from "../server/database-server.ts";
import type { ServerLocation } from "../../config/store-location.ts";
import { connectPostgres, POSTGRES_FLAVOUR } from "./connect.ts";
import { explainConnecting, explainPostgres, postgresFailure } from "./failure.ts";
import { migratePostgres, postgresSchemaVersion } from "./migrate.ts";
import { POSTGRES_MIGRATIONS } from "./migrations.ts";
import { keepInPostgres, writeToPostgres } from "./write.ts";

/** How a blackboard is kept on PostgreSQL. */
export function postgresServer(location: ServerLocation): DatabaseServer {
  return {
    place: location.place,
    flavour: POSTGRES_FLAVOUR,
    connect: async () => {
      try {
        return await connectPostgres(location);
      } catch (error) {
        throw explainConnecting(error, location);
      }
    },
    schemaVersion: postgresSchemaVersion,
    schemaVersionKnown: POSTGRES_MIGRATIONS.length,
    migrate: async (db) => migratePostgres(db, location.place),
    begin: async (db) => db.executeQuery(BEGIN),
    beginMoment: async (db) => {
      await db.executeQuery(READ_SLOWLY);
      await db.executeQuery(BEGIN_MOMENT);
    },
    lock: async (db) => valueOf(db, LOCK),
    write: writeToPostgres,
    keep: keepInPostgres,
    // The version was raised when the lock was taken, which saves a statement; and one that fails
    // turns the commit after it into a roll-back, so that nothing has to be waited for.
    commit: async (db, write) => allSettled([write(db), db.executeQuery(COMMIT)]),
    rollback: async (db) => db.executeQuery(ROLLBACK),
    version: async (db) => valueOf(db, VERSION),
    nowMs: async (db) => valueOf(db, NOW_MS),
    durabilityProblem,
    failure: postgresFailure,
    explained: (error) => explainPostgres(error, location),
    notices: { listen, send: async (db, version) => db.executeQuery(noticeOf(version)) },
  };
}

const BEGIN = CompiledQuery.raw("begin");
// Who only reads holds nobody up, and what it is read for may be a pipe that somebody pages through.
const READ_SLOWLY = CompiledQuery.raw("set idle_in_transaction_session_timeout = '1h'");
const BEGIN_MOMENT = CompiledQuery.raw("begin isolation level repeatable read, read only");
const COMMIT = CompiledQuery.raw("commit");
const ROLLBACK = CompiledQuery.raw("rollback");
const VERSION = CompiledQuery.raw("select version as value from blackboard where id = 1");
const LOCK = CompiledQuery.raw(
  "update blackboard set version = version + 1 where id = 1 returning version - 1 as value",
);
const NOW_MS = CompiledQuery.raw(
  "select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as value",
);

async function valueOf(db: Db, query: CompiledQuery): Promise<number> {
  const { rows } = await db.executeQuery(query);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Each of them returns this.
  return (rows[0] as { readonly value: number }).value;
}

async function durabilityProblem(db: Db): Promise<string | undefined> {
  const { rows } = await sql<{ fsync: string }>`show fsync`.execute(db);
  if (rows[0]?.fsync !== "off") return undefined;
  return "the server has fsync = off, so a crash may take what was committed; set it to on";
}

/** Of this blackboard alone: a database may have several, in schemas of their own. */
const CHANNEL = "'orchestra_' || 'blackboard'::regclass::oid";

async function listen(db: Db): Promise<void> {
  const { rows } = await sql<{ name: string }>`select ${sql.raw(CHANNEL)} as name`.execute(db);
  for (const { name } of rows) await sql`listen ${sql.id(name)}`.execute(db);
}

// A notice that is lost in a crash tells of nothing that others could still miss, so its commit does
// not wait for the disk: it would hold up the questions behind it.
function noticeOf(version: number): CompiledQuery {
  return CompiledQuery.raw(
    `select set_config('synchronous_commit', 'off', true), pg_notify(${CHANNEL}, $1)`,
    [String(version)],
  );
}
