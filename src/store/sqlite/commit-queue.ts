import type { DatabaseSync } from "node:sqlite";
import { storeError } from "./store-error.ts";

/** Pieces of work that share one transaction, so that they share its `fsync`. */
const WORK_PER_COMMIT = 64;

export type CommitQueue = {
  /**
   * Does `work` in a transaction, one after another; resolves when it is committed, and rejects when
   * it was rolled back. `work` may be done a second time, after a roll-back.
   */
  readonly commit: <T>(work: () => Promise<T>) => Promise<T>;
  /** Resolves when nothing waits. */
  readonly idle: () => Promise<void>;
};

type Item = {
  /** Does the work, and returns what tells its caller once it is committed. */
  readonly work: () => Promise<() => void>;
  readonly reject: (error: unknown) => void;
};

type Deps = {
  readonly writer: DatabaseSync;
  readonly file: string;
  readonly items: Item[];
  draining: Promise<void> | undefined;
};

/** The one way to write: SQLite has one writer, and one connection has one transaction. */
export function createCommitQueue(writer: DatabaseSync, file: string): CommitQueue {
  const deps: Deps = { writer, file, items: [], draining: undefined };
  return {
    commit: async (work) => enqueue(deps, work),
    idle: async () => deps.draining,
  };
}

async function enqueue<T>(deps: Deps, work: () => Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const workThenResolve = async (): Promise<() => void> => {
    const result = await work();
    return () => resolve(result);
  };
  deps.items.push({ work: workThenResolve, reject });
  deps.draining ??= drain(deps);
  return promise;
}

async function drain(deps: Deps): Promise<void> {
  // One turn later, so that what is asked in the same breath shares a commit.
  await Promise.resolve();
  while (deps.items.length > 0) {
    const batch = deps.items.splice(0, WORK_PER_COMMIT);
    if (batch.length > 1 && (await commitTogether(deps, batch))) continue;
    for (const item of batch) await commitAlone(deps, item);
  }
  deps.draining = undefined;
}

/** `false` when the transaction was rolled back; whoever is at fault is told when tried alone. */
async function commitTogether(deps: Deps, batch: readonly Item[]): Promise<boolean> {
  try {
    const settle = await inTransaction(deps, async () => {
      const done: (() => void)[] = [];
      for (const item of batch) done.push(await item.work());
      return done;
    });
    for (const resolve of settle) resolve();
    return true;
  } catch {
    return false;
  }
}

async function commitAlone(deps: Deps, item: Item): Promise<void> {
  try {
    const resolve = await inTransaction(deps, item.work);
    resolve();
  } catch (error) {
    item.reject(error);
  }
}

// `immediate`, because a transaction that reads first and then asks for the write lock cannot wait
// for it: SQLite refuses it at once.
async function inTransaction<T>(deps: Deps, work: () => Promise<T>): Promise<T> {
  try {
    deps.writer.exec("begin immediate");
    const result = await work();
    deps.writer.exec("commit");
    return result;
  } catch (error) {
    if (deps.writer.isOpen && deps.writer.isTransaction) deps.writer.exec("rollback");
    throw storeError(error, deps.file);
  }
}
