import type { DispatcherLease } from "../../core/lease.ts";
import { DISPATCHER, readDispatcherLease } from "../sql/lease.ts";
import type { Db } from "./database-server.ts";
import type { LockedWork } from "./locked.ts";

/** Saves the lease if the stored term is still `expectedTerm`; tells whether it was. */
export function savingLease(
  lease: DispatcherLease,
  expectedTerm: number | undefined,
): LockedWork<DispatcherLease | undefined, boolean> {
  return {
    read: readDispatcherLease,
    decide: async (_db, stored) => {
      const isExpected = stored?.term === expectedTerm;
      return {
        value: isExpected,
        write: isExpected ? async (db) => put(db, lease, stored !== undefined) : undefined,
        isKept: async (db) => isSame(await readDispatcherLease(db), lease),
      };
    },
  };
}

async function put(db: Db, lease: DispatcherLease, isThere: boolean): Promise<void> {
  const row = { term: lease.term, data: JSON.stringify(lease) };
  if (isThere) await db.updateTable("leases").set(row).where("name", "=", DISPATCHER).execute();
  else
    await db
      .insertInto("leases")
      .values({ name: DISPATCHER, ...row })
      .execute();
}

function isSame(stored: DispatcherLease | undefined, lease: DispatcherLease): boolean {
  return JSON.stringify(stored) === JSON.stringify(lease);
}
