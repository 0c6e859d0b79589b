import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { OrchestraError } from "../../core/errors.ts";
import { isMissing } from "../is-missing.ts";
import { SQLITE_MIGRATIONS } from "../sql/migrations.ts";
import { BUSY_TIMEOUT_MS, isBusy, isMountedReadOnly, storeError } from "./store-error.ts";

const BUSY_PAUSE_MS = 2;
const SCHEMA_VERSION = SQLITE_MIGRATIONS.length;

/** Opens the blackboard for writing, made or brought up to date if need be. */
export function openForWriting(file: string): DatabaseSync {
  return opened({ file, location: file, readOnly: false }, (database) => {
    switchToWal(database);
    // FULL survives a power cut, at 0.1 ms a commit.
    database.exec("pragma synchronous = full; pragma foreign_keys = on;");
    migrate(database, file);
    return database;
  });
}

/** Opens the blackboard for reading alone; `undefined` when there is none yet. */
export function openForReading(file: string): DatabaseSync | undefined {
  if (isMissing(file)) return undefined;
  try {
    return openedToRead(file, file);
  } catch (error) {
    if (!lacksRoomForIndex(error, file) || !isWhole(file)) throw error;
    return openedToRead(file, asImmutable(file));
  }
}

function openedToRead(file: string, location: string | URL): DatabaseSync | undefined {
  return opened({ file, location, readOnly: true }, (database) => {
    const version = schemaVersion(database);
    refuseNewer(version, file);
    if (version > 0) return database;
    // Another process has made the file, and has not come to make the tables.
    database.close();
    return undefined;
  });
}

/** Whether all that was committed is in the file itself, and nobody is writing. */
function isWhole(file: string): boolean {
  return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

/**
 * Readers of a WAL share an index in a file of its own, which a full disk and one that is mounted
 * read-only have no room for. There, nobody else can write either.
 */
function lacksRoomForIndex(error: unknown, file: string): boolean {
  if (!(error instanceof OrchestraError)) return false;
  return error.code === "NO_SPACE" || (error.code === "READ_ONLY" && isMountedReadOnly(file));
}

/** SQLite's word for a file that cannot change: it then needs neither locks nor an index. */
function asImmutable(file: string): URL {
  const url = pathToFileURL(file);
  url.searchParams.set("immutable", "1");
  return url;
}

type Opening = {
  readonly file: string;
  /** The file, and how it is to be used. */
  readonly location: string | URL;
  readonly readOnly: boolean;
};

function opened<T>(
  { file, location, readOnly }: Opening,
  prepare: (database: DatabaseSync) => T,
): T {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(location, { readOnly, timeout: BUSY_TIMEOUT_MS });
    return prepare(database);
  } catch (error) {
    if (database?.isOpen) database.close();
    throw storeError(error, file);
  }
}

/** WAL lets readers go on while someone writes. The file remembers it. */
function switchToWal(database: DatabaseSync): void {
  for (let waitedMs = 0; ; waitedMs += BUSY_PAUSE_MS) {
    try {
      database.exec("pragma journal_mode = wal");
      return;
    } catch (error) {
      // SQLite does not wait here for another process that is making the same switch.
      if (!isBusy(error) || waitedMs >= BUSY_TIMEOUT_MS) throw error;
      pause(BUSY_PAUSE_MS);
    }
  }
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
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
