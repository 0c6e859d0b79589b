import { CompiledQuery } from "kysely";
import type { DatabaseServer, Db } from "../server/database-server.ts";
import type { ServerLocation } from "../../config/store-location.ts";
import { connectMysql, MYSQL_FLAVOUR } from "./connect.ts";
import { explainConnecting, explainMysql, mysqlFailure } from "./failure.ts";
import { migrateMysql, mysqlSchemaVersion } from "./migrate.ts";
import { MYSQL_MIGRATIONS } from "./migrations.ts";
import { writeToMysql } from "./write.ts";

/** How a blackboard is kept on MySQL or MariaDB. */
export function mysqlServer(location: ServerLocation): DatabaseServer {
  return {
    place: location.place,
    flavour: MYSQL_FLAVOUR,
    connect: async () => {
      try {
        return await connectMysql(location);
      } catch (error) {
        throw explainConnecting(error, location);
      }
    },
    schemaVersion: mysqlSchemaVersion,
    schemaVersionKnown: MYSQL_MIGRATIONS.length,
    migrate: async (db) => migrateMysql(db, location.place),
    begin: async (db) => db.executeQuery(BEGIN),
    beginMoment: async (db) => {
      await db.executeQuery(READ_SLOWLY);
      await db.executeQuery(REPEATABLE);
      await db.executeQuery(BEGIN_MOMENT);
    },
    lock: async (db) => valueOf(db, LOCK),
    write: writeToMysql,
    commit: async (db, write) => {
      await write(db);
      await db.executeQuery(RAISE_VERSION);
      await db.executeQuery(COMMIT);
    },
    rollback: async (db) => db.executeQuery(ROLLBACK),
    version: async (db) => valueOf(db, VERSION),
    nowMs: async (db) => valueOf(db, NOW_MS),
    durabilityProblem,
    failure: mysqlFailure,
    explained: (error) => explainMysql(error, location),
  };
}

const BEGIN = CompiledQuery.raw("start transaction");
// Who only reads holds nobody up, and what it is read for may be a pipe that somebody pages through.
const READ_SLOWLY = CompiledQuery.raw("set session wait_timeout = 3600");
const REPEATABLE = CompiledQuery.raw("set transaction isolation level repeatable read");
const BEGIN_MOMENT = CompiledQuery.raw("start transaction with consistent snapshot, read only");
const COMMIT = CompiledQuery.raw("commit");
const ROLLBACK = CompiledQuery.raw("rollback");
const VERSION = CompiledQuery.raw("select version as value from blackboard where id = 1");
const LOCK = CompiledQuery.raw("select version as value from blackboard where id = 1 for update");
const RAISE_VERSION = CompiledQuery.raw("update blackboard set version = version + 1 where id = 1");
// In UTC, which has no hour twice.
const NOW_MS = CompiledQuery.raw(
  "select timestampdiff(microsecond, '1970-01-01', utc_timestamp(6)) div 1000 as value",
);

const FLUSHES = CompiledQuery.raw("select @@innodb_flush_log_at_trx_commit as value");
/** 3 is MariaDB's alone, and flushes even more than 1. */
const FLUSHED_AT_COMMIT = [1, 3];

async function durabilityProblem(db: Db): Promise<string | undefined> {
  const value = await valueOf(db, FLUSHES);
  if (FLUSHED_AT_COMMIT.includes(value)) return undefined;
  return `the server has innodb_flush_log_at_trx_commit = ${value}, so a crash may take what was committed; set it to 1`;
}

async function valueOf(db: Db, query: CompiledQuery): Promise<number> {
  const { rows } = await db.executeQuery(query);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Each of them returns this.
  return (rows[0] as { readonly value: number }).value;
}
