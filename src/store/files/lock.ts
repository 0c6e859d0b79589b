import { DatabaseSync } from "node:sqlite";
import { BUSY_TIMEOUT_MS, storeError } from "../sqlite/store-error.ts";

/** Lets one process at a time write. */
export type Lock = {
  /** Does `work` when no other process is at it; the others wait. */
  readonly hold: <T>(work: () => T) => T;
  /** The same until what it returns is called. */
  readonly take: () => () => void;
  readonly close: () => void;
};

/**
 * The lock of an empty SQLite database, in which nothing is ever written: Node itself has no lock
 * that dies with the process that holds it.
 */
export function openLock(file: string): Lock {
  const database = openDatabase(file);
  const take = (): (() => void) => {
    try {
      database.exec("begin exclusive");
    } catch (error) {
      throw storeError(error, file);
    }
    return () => database.exec("rollback");
  };
  return {
    take,
    hold: (work) => {
      const giveBack = take();
      try {
        return work();
      } finally {
        giveBack();
      }
    },
    close: () => database.close(),
  };
}

function openDatabase(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    throw storeError(error, file);
  }
}
