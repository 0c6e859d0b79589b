import type { DatabaseSync } from "node:sqlite";
import type { Kysely } from "kysely";
import { readDispatcherLease, saveDispatcherLease } from "../sql/lease.ts";
import { adoptHistory } from "../sql/projection/adopt.ts";
import { fillProjection } from "../sql/projection/fill.ts";
import { findFlaws } from "../sql/projection/find-flaws.ts";
import { removeSuperseded } from "../sql/projection/superseded.ts";
import { sqlReader } from "../sql/read.ts";
import { createDecisionQueue, type DecisionQueue } from "../sql/deciding/decision-queue.ts";
import type { Database } from "../sql/schema.ts";
import type { Store, StoreReader } from "../store.ts";
import { atOneMoment } from "./at-one-moment.ts";
import { announce, createWatch, watchChanges } from "./watch-changes.ts";
import { kyselyOnEither, kyselyOnNodeSqlite } from "./node-sqlite.ts";
import { openForReading, openForWriting } from "./open-sqlite.ts";
import { reclaimPages } from "./reclaim.ts";
import { commitDecisions, createWriter, rewriteAlone } from "./writer.ts";

/** The blackboard in one SQLite file, which is made if need be. Needs no set-up and no server. */
export function openSqliteStore(file: string): Store {
  const connection = openForWriting(file);
  // For who reads in the midst of a transaction, and would see what is not committed yet.
  const reader = openForReading(file) ?? connection;
  const readDb = kyselyOnEither<Database>(connection, reader, file);
  const writer = createWriter(connection, file, kyselyOnNodeSqlite<Database>(connection, file));
  // The writer's counter does not count its own commits, which are announced with their events.
  const watch = createWatch(connection);
  const queue = createDecisionQueue({
    commit: async (proposals) =>
      commitDecisions(writer, proposals, (events) => announce(watch, events)),
    hasRoomFor: () => true,
  });
  const rewrite = async <T>(work: (db: Kysely<Database>) => Promise<T>): Promise<T> =>
    queue.alone(async () => rewriteAlone(writer, work));
  return {
    ...sqlReader(readDb),
    ...momentsOf(file),
    transact: async (scope, decide) => queue.transact({ scope, decide }),
    rebuild: async () => {
      const flaws = await rewrite(async (db) => {
        const found = await findFlaws(db);
        if (found.length > 0) await fillProjection(db);
        return found;
      });
      if (flaws.length > 0) announce(watch);
      return flaws;
    },
    adopt: async (history) => {
      await rewrite(async (db) => adoptHistory(db, history));
      announce(watch);
    },
    reclaim: async () => {
      await rewrite(removeSuperseded);
      await queue.idle();
      reclaimPages(connection, file);
    },
    dispatcherLease: async () => readDispatcherLease(readDb),
    nowMs: async () => Date.now(),
    saveDispatcherLease: async (lease, expectedTerm) =>
      rewrite(async (db) => saveDispatcherLease(db, lease, expectedTerm)),
    watch: (listener, signal) => watchChanges(watch, listener, signal),
    close: async () => closeAll(queue, reader, connection),
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

async function closeAll(
  queue: DecisionQueue,
  reader: DatabaseSync,
  writer: DatabaseSync,
): Promise<void> {
  await queue.idle();
  reader.close();
  if (writer.isOpen) writer.close();
}
