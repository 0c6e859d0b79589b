import { setImmediate as turn } from "node:timers/promises";
import type { DatabaseSync } from "node:sqlite";
import { storeError } from "./store-error.ts";

/** Pieces of work that share one transaction, so that they share its `fsync`. */
const WORK_PER_COMMIT = 64;

/** A piece of work in a transaction; what it returns tells the result once that is committed. */
type Work<Unit, T> = (unit: Unit) => Promise<() => T>;

export type CommitQueue<Unit> = {
  /**
   * Does `work` in a transaction, one after another; resolves when it is committed, and rejects when
   * it was rolled back. `work` may be done a second time, after a roll-back.
   */
  readonly commit: <T>(work: Work<Unit, T>) => Promise<T>;
  /** Resolves when nothing waits. */
  readonly idle: () => Promise<void>;
};

/** What the pieces of work in one transaction share. */
export type UnitOfWork<Unit> = {
  readonly begin: () => Unit;
  /** The last thing that is done before the commit. */
  readonly finish: (unit: Unit) => Promise<void>;
  /** All that was done since `begin` is so; the callers are told next. */
  readonly committed: (unit: Unit) => void;
  /** Nothing that was done since `begin` is so. */
  readonly rolledBack: () => void;
};

type Item<Unit> = {
  /** Does the work, and returns what tells its caller once it is committed. */
  readonly work: Work<Unit, void>;
  readonly reject: (error: unknown) => void;
};

type Deps<Unit> = {
  readonly writer: DatabaseSync;
  readonly file: string;
  readonly unitOfWork: UnitOfWork<Unit>;
  readonly items: Item<Unit>[];
  draining: Promise<void> | undefined;
};

/** The one way to write: SQLite has one writer, and one connection has one transaction. */
export function createCommitQueue<Unit>(
  writer: DatabaseSync,
  file: string,
  unitOfWork: UnitOfWork<Unit>,
): CommitQueue<Unit> {
  const deps: Deps<Unit> = { writer, file, unitOfWork, items: [], draining: undefined };
  return {
    commit: async (work) => enqueue(deps, work),
    idle: async () => deps.draining,
  };
}

async function enqueue<Unit, T>(deps: Deps<Unit>, work: Work<Unit, T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const workThenResolve = async (unit: Unit): Promise<() => void> => {
    const result = await work(unit);
    return () => resolve(result());
  };
  deps.items.push({ work: workThenResolve, reject });
  deps.draining ??= drain(deps);
  return promise;
}

async function drain<Unit>(deps: Deps<Unit>): Promise<void> {
  while (deps.items.length > 0) {
    // A turn of the event loop: a commit blocks it, so what came meanwhile is only asked now, and
    // shares the next commit.
    await turn();
    const batch = deps.items.splice(0, WORK_PER_COMMIT);
    if (batch.length > 1 && (await commitTogether(deps, batch))) continue;
    for (const item of batch) await commitAlone(deps, item);
  }
  deps.draining = undefined;
}

/** `false` when the transaction was rolled back; whoever is at fault is told when tried alone. */
async function commitTogether<Unit>(
  deps: Deps<Unit>,
  batch: readonly Item<Unit>[],
): Promise<boolean> {
  try {
    await inTransaction(deps, batch);
    return true;
  } catch {
    return false;
  }
}

async function commitAlone<Unit>(deps: Deps<Unit>, item: Item<Unit>): Promise<void> {
  try {
    await inTransaction(deps, [item]);
  } catch (error) {
    item.reject(error);
  }
}

// `immediate`, because a transaction that reads first and then asks for the write lock cannot wait
// for it: SQLite refuses it at once.
async function inTransaction<Unit>(
  { writer, file, unitOfWork }: Deps<Unit>,
  items: readonly Item<Unit>[],
): Promise<void> {
  const settle: (() => void)[] = [];
  let unit: Unit;
  try {
    writer.exec("begin immediate");
    unit = unitOfWork.begin();
    for (const item of items) settle.push(await item.work(unit));
    await unitOfWork.finish(unit);
    writer.exec("commit");
  } catch (error) {
    unitOfWork.rolledBack();
    if (writer.isOpen && writer.isTransaction) writer.exec("rollback");
    throw storeError(error, file);
  }
  unitOfWork.committed(unit);
  for (const resolve of settle) resolve();
}
