import { closeSync, existsSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { OrchestraError } from "../../core/errors.ts";
import { SQLITE_MIGRATIONS } from "../sql/migrations.ts";

/** How long a writer waits for another process's transaction. */
const BUSY_TIMEOUT_MS = 5_000;
const SCHEMA_VERSION = SQLITE_MIGRATIONS.length;

/** Opens the blackboard for writing, made or brought up to date if need be. */
export function openForWriting(file: string): DatabaseSync {
  return translated(file, () => {
    const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    // FULL survives a power cut, at 0.1 ms a commit; WAL lets readers go on meanwhile.
    database.exec(
      "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;",
    );
    migrate(database, file);
    return database;
  });
}

/** Opens the blackboard for reading alone; `undefined` when there is none yet. */
export function openForReading(file: string): DatabaseSync | undefined {
  if (!existsSync(file)) return undefined;
  return translated(file, () => {
    const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    refuseNewer(schemaVersion(database), file);
    return database;
  });
}

function migrate(database: DatabaseSync, file: string): void {
  if (schemaVersion(database) === SCHEMA_VERSION) return;
  database.exec("begin immediate");
  try {
    // Read again: another process may have migrated while this one waited for the lock.
    const version = schemaVersion(database);
    refuseNewer(version, file);
    for (const statement of SQLITE_MIGRATIONS.slice(version).flat()) database.exec(statement);
    database.exec(`pragma user_version = ${SCHEMA_VERSION}`);
    database.exec("commit");
  } catch (error) {
    if (database.isTransaction) database.exec("rollback");
    throw error;
  }
}

function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare("pragma user_version").get()?.["user_version"] ?? 0);
}

function refuseNewer(version: number, file: string): void {
  if (version <= SCHEMA_VERSION) return;
  throw new OrchestraError(
    "STORE_NEWER",
    `${file} was written by a newer Orchestra (schema ${version}, this one knows ${SCHEMA_VERSION}). Update Orchestra.`,
  );
}

function translated<T>(file: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw storeError(error, file);
  }
}

const SQLITE_READONLY = 8;
const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** What a failure of SQLite means to a person; any other error is a bug and stays as it is. */
export function storeError(error: unknown, file: string): unknown {
  const code = sqliteCode(error);
  if (code === undefined) return error;
  const options = { cause: error };
  switch (code) {
    case SQLITE_FULL:
      return new OrchestraError(
        "NO_SPACE",
        `No space left on the device of ${file}. Nothing was changed; free some space and try again.`,
        options,
      );
    case SQLITE_READONLY:
      return readOnly(file, options);
    case SQLITE_BUSY:
      return new OrchestraError(
        "STORE_UNAVAILABLE",
        `${file} is busy: another process has held it for ${BUSY_TIMEOUT_MS / 1000} s. Try again.`,
        options,
      );
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return new OrchestraError(
        "STORE_UNAVAILABLE",
        `${file} is damaged or no blackboard. Move it away, or restore a copy of it.`,
        options,
      );
    default:
      if (!isWritable(file)) return readOnly(file, options);
      return new OrchestraError("STORE_UNAVAILABLE", `Could not use ${file}.`, options);
  }
}

function readOnly(file: string, options: ErrorOptions): OrchestraError {
  return new OrchestraError(
    "READ_ONLY",
    `${file} cannot be written. Make it and its folder writable for you, and try again.`,
    options,
  );
}

// Opening is the only honest test: permission bits do not know of read-only mounts.
function isWritable(file: string): boolean {
  try {
    closeSync(openSync(file, "a"));
    return true;
  } catch {
    return false;
  }
}

function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  // Extended codes hold the primary one in their low byte.
  return typeof error.errcode === "number" ? error.errcode % 256 : undefined;
}
