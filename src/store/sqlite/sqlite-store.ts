import type { DatabaseSync } from "node:sqlite";
import type { Kysely } from "kysely";
import { readDispatcherLease, saveDispatcherLease } from "../sql/lease.ts";
import { adoptHistory } from "../sql/projection/adopt.ts";
import { fillProjection } from "../sql/projection/fill.ts";
import { findFlaws } from "../sql/projection/find-flaws.ts";
import { removeSuperseded } from "../sql/projection/superseded.ts";
import { sqlReader } from "../sql/read.ts";
import type { Database } from "../sql/schema.ts";
import {
  createTransaction,
  decideAndSave,
  writeEvents,
  type Transaction,
} from "../sql/transact.ts";
import type { Store, StoreReader } from "../store.ts";
import { forget, knowNothing } from "../sql/known-rows.ts";
import { atOneMoment } from "./at-one-moment.ts";
import { createCommitQueue, type CommitQueue, type UnitOfWork } from "./commit-queue.ts";
import { announce, createWatch, watchChanges, type Watch } from "./watch-changes.ts";
import { kyselyOnNodeSqlite } from "./node-sqlite.ts";
import { openForReading, openForWriting } from "./open-sqlite.ts";
import { reclaimPages } from "./reclaim.ts";

/** The blackboard in one SQLite file, which is made if need be. Needs no set-up and no server. */
export function openSqliteStore(file: string): Store {
  const writer = openForWriting(file);
  // Readers have a connection of their own, or they would see what is not committed yet.
  const reader = openForReading(file) ?? writer;
  const readDb = kyselyOnNodeSqlite<Database>(reader, file);
  const db = kyselyOnNodeSqlite<Database>(writer, file);
  // The writer's counter does not count its own commits, which are announced with their events.
  const watch = createWatch(writer);
  const queue = createCommitQueue(writer, file, unitOfWork(watch, db));
  return {
    ...sqlReader(readDb),
    ...momentsOf(file),
    transact: async (scope, decide) =>
      queue.commit(async (transaction) => decideAndSave(db, transaction, { scope, decide })),
    rebuild: async () =>
      queue.commit(async ({ known }) => {
        const flaws = await findFlaws(db);
        forget(known);
        if (flaws.length > 0) await fillProjection(db);
        return () => {
          if (flaws.length > 0) announce(watch);
          return flaws;
        };
      }),
    adopt: async (history) =>
      queue.commit(async ({ known }) => {
        forget(known);
        await adoptHistory(db, history);
        return () => announce(watch);
      }),
    reclaim: async () => {
      await queue.commit(async () => {
        await removeSuperseded(db);
        return () => undefined;
      });
      await queue.idle();
      reclaimPages(writer, file);
    },
    dispatcherLease: async () => readDispatcherLease(readDb),
    nowMs: async () => Date.now(),
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
export function openSqliteReader(file: string): StoreReader | undefined {
  const reader = openForReading(file);
  if (!reader) return undefined;
  const db = kyselyOnNodeSqlite<Database>(reader, file);
  const watch = createWatch(reader);
  return {
    ...sqlReader(db),
    ...momentsOf(file),
    dispatcherLease: async () => readDispatcherLease(db),
    nowMs: async () => Date.now(),
    watch: (listener, signal) => watchChanges(watch, listener, signal),
    close: async () => reader.close(),
  };
}

function momentsOf(file: string): Pick<StoreReader, "snapshot" | "flaws"> {
  return {
    snapshot: async (read) => atOneMoment(file, async (db) => read(sqlReader(db))),
    flaws: async () => atOneMoment(file, findFlaws),
  };
}

/** Rows are known from one transaction to the next while no other connection has written. */
function unitOfWork(watch: Watch, db: Kysely<Database>): UnitOfWork<Transaction> {
  const known = knowNothing();
  const version = watch.connection.prepare("pragma data_version");
  let seen: unknown;
  return {
    begin: () => {
      const now = version.get()?.["data_version"];
      if (now !== seen) forget(known);
      seen = now;
      return createTransaction(known);
    },
    finish: async (transaction) => writeEvents(db, transaction),
    committed: ({ recorded }) => {
      if (recorded.length > 0) announce(watch, recorded);
    },
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
