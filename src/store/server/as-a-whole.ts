import type { Flaw } from "../flaw.ts";
import type { History } from "../history.ts";
import { adoptHistory, isAdopted } from "../sql/projection/adopt.ts";
import { fillProjection } from "../sql/projection/fill.ts";
import { findFlaws } from "../sql/projection/find-flaws.ts";
import { removeSuperseded } from "../sql/projection/superseded.ts";
import type { Database } from "../sql/schema.ts";
import type { Store } from "../store.ts";
import type { DatabaseServer, Db } from "./database-server.ts";
import { kyselyOnConnection } from "../sql/kysely-on-connection.ts";
import type { Change, LockedWork } from "./locked.ts";

/** Does work under the lock, when nobody decides. */
export type Alone = <Read, T>(work: LockedWork<Read, T>) => Promise<T>;

/** What is done with all that is kept, under the lock, in one transaction. */
export function asAWhole(alone: Alone): Pick<Store, "rebuild" | "adopt" | "reclaim"> {
  return {
    rebuild: async () => alone(rebuilding()),
    adopt: async (history) => alone(adopting(history)),
    reclaim: async () =>
      alone(
        rewriting(async (db) => {
          await removeSuperseded(db);
          return written(undefined);
        }),
      ),
  };
}

function rebuilding(): LockedWork<undefined, readonly Flaw[]> {
  // Kept from the first try, which may have mended them without a word.
  let flaws: readonly Flaw[] = [];
  return rewriting(async (db) => {
    const found = await findFlaws(db);
    if (found.length === 0) return { ...written(flaws), write: undefined };
    flaws = found;
    await fillProjection(db);
    return written(flaws);
  });
}

function adopting(history: History): LockedWork<undefined, undefined> {
  return rewriting(async (db) => {
    await adoptHistory(db, history);
    return { ...written(undefined), isKept: async (later) => isAdopted(later, history) };
  });
}

function rewriting<T>(work: (db: Db) => Promise<Change<T>>): LockedWork<undefined, T> {
  return { read: async () => undefined, decide: work, rewrites: true };
}

/** Written already: a commit does not wait for work of many statements. In doubt, it is done again. */
function written<T>(value: T): Change<T> {
  return { value, write: async () => undefined, isKept: async () => false };
}

/** Has `work` read what is so now, on a connection of its own; who writes meanwhile does not wait. */
export async function atOneMoment<T>(
  server: DatabaseServer,
  work: (db: Db) => Promise<T>,
): Promise<T> {
  try {
    const connection = await server.connect();
    try {
      const db = kyselyOnConnection<Database>(server.flavour, connection.run);
      await server.beginMoment(db);
      return await work(db);
    } finally {
      await connection.close();
    }
  } catch (error) {
    throw server.explained(error);
  }
}
