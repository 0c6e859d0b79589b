import type { Kysely } from "kysely";
import type { Database } from "../sql/schema.ts";
import { allSettled } from "../sql/all-settled.ts";
import type { DatabaseServer, Db } from "./database-server.ts";
import type { Link } from "./link.ts";
import { patiently, type Pacing } from "./patience.ts";

export type LockedDeps = {
  readonly server: DatabaseServer;
  /** The way of writers, which one transaction has to itself. */
  readonly link: Link;
  readonly db: Kysely<Database>;
  readonly pacing: Pacing;
};

/** Work under the blackboard's lock; all of it may be done again. */
export type LockedWork<Read, T> = {
  /** Asked together with the lock, so that both come in one round trip. */
  readonly read: (db: Db) => Promise<Read>;
  readonly decide: (db: Db, read: Read, version: number) => Promise<Change<T>>;
  /** Whether it changes rows that may be known. */
  readonly rewrites?: boolean;
};

export type Change<T> = {
  readonly value: T;
  /** `undefined` when nothing is to be written. */
  readonly write: ((db: Db) => Promise<unknown>) | undefined;
  /** Whether the database holds just what `write` would write. */
  readonly isKept: (db: Db) => Promise<boolean>;
};

/** What became of the work, and the blackboard's version with it. */
export type Done<T> = { readonly value: T; readonly version: number; readonly isWritten: boolean };

/**
 * Does `work` in one transaction. When the connection is lost on the way, or the transaction is
 * sacrificed, it is done again; when it was lost while committing, which may have been before (`sent`),
 * we look whether it was kept first.
 */
export async function underLock<Read, T>(
  deps: LockedDeps,
  work: LockedWork<Read, T>,
  sent?: Unsure<T>,
): Promise<Done<T>> {
  let unsure = sent;
  return patiently(deps.server, deps.pacing, async () => {
    await deps.link.ready();
    try {
      const { version, answers } = await begun(deps, work);
      if (unsure && (await wasKept(deps, unsure, version))) return done(unsure);
      unsure = undefined;
      const change = await work.decide(deps.db, answers, version);
      if (!change.write) {
        await deps.server.rollback(deps.db);
        return { value: change.value, version, isWritten: false };
      }
      unsure = { ...change, version };
      await deps.server.commit(deps.db, change.write);
      return done(unsure);
    } catch (error) {
      await leaveBroken(deps, error);
      throw error;
    }
  });
}

/** Sent to be committed at this version, without an answer. */
export type Unsure<T> = Change<T> & { readonly version: number };

function done<T>({ value, version }: Unsure<T>): Done<T> {
  return { value, version: version + 1, isWritten: true };
}

async function wasKept<T>(
  { server, db }: LockedDeps,
  unsure: Unsure<T>,
  version: number,
): Promise<boolean> {
  // Under the lock nothing is under way any more; each commit raises the version.
  if (version === unsure.version || !(await unsure.isKept(db))) return false;
  await server.rollback(db);
  return true;
}

async function begun<Read>({ server, db }: LockedDeps, work: LockedWork<Read, unknown>) {
  const [, version, answers] = await allSettled([server.begin(db), server.lock(db), work.read(db)]);
  return { version, answers };
}

/** Leaves the connection without a transaction, or leaves the connection. */
export async function leaveBroken({ server, db, link }: LockedDeps, error: unknown): Promise<void> {
  try {
    if (server.failure(error) !== "lost") await server.rollback(db);
    else await link.drop();
  } catch {
    // What cannot even be rolled back is not worth keeping; why, the first failure says.
    await link.drop();
  }
}
