import { statSync } from "node:fs";
import { sql, type Kysely } from "kysely";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { OrchestraError } from "../../core/errors.ts";
import type { RecordedEvent } from "../../core/events.ts";
import type { Scope } from "../../core/state.ts";
import {
  decideTogether,
  recordedEvents,
  type Decided,
  type Outcome,
  type Proposal,
} from "../sql/deciding/batch.ts";
import { forget, keepLikely, knowNothing, type Known } from "../sql/deciding/known.ts";
import { ask, canShareAnswers, learn } from "../sql/deciding/load.ts";
import { writeRows } from "../sql/deciding/write-rows.ts";
import { writesOf, type Writes } from "../sql/deciding/writes.ts";
import type { Database } from "../sql/schema.ts";
import { storeError } from "./store-error.ts";

type Db = Kysely<Database>;

/** The one connection that writes: SQLite has one writer, and one connection has one transaction. */
export type Writer = {
  readonly connection: DatabaseSync;
  readonly file: string;
  /** Which file it is, whatever has its name later. */
  readonly inode: string | undefined;
  readonly db: Db;
  readonly known: Known;
  /** Asks for a number that changes with what other connections commit. */
  readonly version: StatementSync;
  seenVersion: unknown;
};

export function createWriter(connection: DatabaseSync, file: string, db: Db): Writer {
  const version = connection.prepare("pragma data_version");
  const inode = inodeOf(file);
  return { connection, file, inode, db, known: knowNothing(), version, seenVersion: undefined };
}

/**
 * Makes decisions and keeps what they come to, all in one transaction. `onCommit` is told the events
 * that it has kept.
 */
export async function commitDecisions(
  writer: Writer,
  proposals: readonly Proposal[],
  onCommit: (events: readonly RecordedEvent[]) => void,
): Promise<readonly Outcome[]> {
  const decided: Decided[] = [];
  await inTransaction(writer, async () => {
    for (const some of sharingAnswers(proposals)) decided.push(await decideAndWrite(writer, some));
  });
  for (const { batch } of decided) {
    keepLikely(writer.known, batch.loaded.read, batch.before.tasks);
  }
  const events = decided.flatMap(({ batch }) => recordedEvents(batch));
  if (events.length > 0) onCommit(events);
  return decided.flatMap(({ outcomes }) => outcomes);
}

/** To ask takes no time here, so what has to be asked anew still comes into the same transaction. */
function sharingAnswers(proposals: readonly Proposal[]): readonly (readonly Proposal[])[] {
  const groups: Proposal[][] = [];
  let scopes: Scope[] = [];
  for (const proposal of proposals) {
    const group = groups.at(-1);
    if (group && canShareAnswers(scopes, proposal.scope)) group.push(proposal);
    else {
      groups.push([proposal]);
      scopes = [];
    }
    scopes.push(proposal.scope);
  }
  return groups;
}

async function decideAndWrite(
  { db, known }: Writer,
  proposals: readonly Proposal[],
): Promise<Decided> {
  const scopes = proposals.map(({ scope }) => scope);
  const loaded = learn(known, await ask(db, known, scopes, "tasks first"));
  const decided = decideTogether(known, loaded, proposals);
  await writeToSqlite(db, writesOf(decided.batch));
  return decided;
}

/** Does work that may change any row in a transaction of its own. */
export async function rewriteAlone<T>(writer: Writer, work: (db: Db) => Promise<T>): Promise<T> {
  return inTransaction(writer, async () => {
    forget(writer.known);
    return work(writer.db);
  });
}

/** Writes all that a batch changes; the caller must not commit when this fails. */
export async function writeToSqlite(db: Db, writes: Writes): Promise<void> {
  await writeRows(db, writes, (insertion, columns) =>
    insertion.onConflict((conflict) =>
      conflict
        .column("id")
        .doUpdateSet(
          Object.fromEntries(columns.map((column) => [column, sql`excluded.${sql.ref(column)}`])),
        ),
    ),
  );
}

// `immediate`, because a transaction that reads first and then asks for the write lock cannot wait
// for it: SQLite refuses it at once.
async function inTransaction<T>(writer: Writer, work: () => Promise<T>): Promise<T> {
  const { connection, file, known } = writer;
  requireInPlace(writer);
  try {
    connection.exec("begin immediate");
    forgetWhatOthersChanged(writer);
    const result = await work();
    connection.exec("commit");
    return result;
  } catch (error) {
    forget(known);
    if (connection.isOpen && connection.isTransaction) connection.exec("rollback");
    throw storeError(error, file);
  }
}

/** What is written to a file that has lost its name is seen by nobody else, and gone with this process. */
function requireInPlace({ file, inode }: Writer): void {
  if (inodeOf(file) === inode) return;
  throw new OrchestraError(
    "STORE_UNAVAILABLE",
    `${file} was moved away, deleted or replaced while it was in use. Put it back; or, if that is meant, stop this process and start it again.`,
  );
}

function inodeOf(file: string): string | undefined {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    // Gone, or out of sight: nobody else finds it either.
    return undefined;
  }
}

function forgetWhatOthersChanged(writer: Writer): void {
  const now = writer.version.get()?.["data_version"];
  if (now !== writer.seenVersion) forget(writer.known);
  writer.seenVersion = now;
}
