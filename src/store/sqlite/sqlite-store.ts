import type { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { readDispatcherLease, saveDispatcherLease } from "../sql/lease.ts";
import { sqlReader } from "../sql/read.ts";
import type { Database } from "../sql/schema.ts";
import {
  createTransaction,
  decideAndSave,
  writeEvents,
  type Transaction,
} from "../sql/transact.ts";
import type { BlackboardReader, Store } from "../store.ts";
import { forget, knowNothing } from "../sql/known-rows.ts";
import { createCommitQueue, type CommitQueue, type UnitOfWork } from "./commit-queue.ts";
import { announce, createWatch, watchChanges } from "./watch-changes.ts";
import { nodeSqliteDialect } from "./node-sqlite-dialect.ts";
import { openForReading, openForWriting } from "./open-sqlite.ts";

/** The blackboard in one SQLite file, which is made if need be. Needs no set-up and no server. */
export function openSqliteStore(file: string): Store {
  const writer = openForWriting(file);
  // Readers have a connection of their own, or they would see what is not committed yet.
  const reader = openForReading(file) ?? writer;
  const readDb = new Kysely<Database>({ dialect: nodeSqliteDialect(reader, file) });
  const db = new Kysely<Database>({ dialect: nodeSqliteDialect(writer, file) });
  const queue = createCommitQueue(writer, file, unitOfWork(writer, db));
  // The writer's counter does not count its own commits, which are announced with their events.
  const watch = createWatch(writer);
  return {
    ...sqlReader(readDb),
    transact: async (scope, decide) => {
      const outcome = await queue.commit(async (transaction) =>
        decideAndSave(db, transaction, { scope, decide }),
      );
      if (outcome.kind === "committed" && outcome.events.length > 0)
        announce(watch, outcome.events);
      return outcome;
    },
    dispatcherLease: async () => readDispatcherLease(readDb),
    saveDispatcherLease: async (lease, expectedTerm) =>
      queue.commit(async () => {
        const isSaved = await saveDispatcherLease(db, lease, expectedTerm);
        return () => isSaved;
      }),
    watch: (listener, signal) => watchChanges(watch, listener, signal),
    close: async () => closeAll(queue, reader, writer),
  };
}

/** The blackboard for commands that only look; `undefined` when there is none yet. */
export function openSqliteReader(file: string): SqliteReader | undefined {
  const reader = openForReading(file);
  if (!reader) return undefined;
  const db = new Kysely<Database>({ dialect: nodeSqliteDialect(reader, file) });
  const watch = createWatch(reader);
  return {
    ...sqlReader(db),
    dispatcherLease: async () => readDispatcherLease(db),
    watch: (listener, signal) => watchChanges(watch, listener, signal),
    close: async () => reader.close(),
  };
}

export type SqliteReader = BlackboardReader & Pick<Store, "close" | "watch" | "dispatcherLease">;

/** Rows are known from one transaction to the next while no other connection has written. */
function unitOfWork(writer: DatabaseSync, db: Kysely<Database>): UnitOfWork<Transaction> {
  const known = knowNothing();
  const version = writer.prepare("pragma data_version");
  let seen: unknown;
  return {
    begin: () => {
      const now = version.get()?.["data_version"];
      if (now !== seen) forget(known);
      seen = now;
      return createTransaction(known);
    },
    finish: async (transaction) => writeEvents(db, transaction),
    rolledBack: () => forget(known),
  };
}

async function closeAll(
  queue: CommitQueue<Transaction>,
  reader: DatabaseSync,
  writer: DatabaseSync,
): Promise<void> {
  await queue.idle();
  reader.close();
  if (writer.isOpen) writer.close();
}
