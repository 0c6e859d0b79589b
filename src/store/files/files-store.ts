import { mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { errnoOf } from "../../core/errno.ts";
import { OrchestraError } from "../../core/errors.ts";
import type { Decision } from "../../core/decision.ts";
import type { DispatcherLease } from "../../core/lease.ts";
import type { Scope, State } from "../../core/state.ts";
import type { Blackboard } from "../memory/blackboard.ts";
import { decideOn, draftOn, type Draft } from "../memory/draft.ts";
import { memoryReader } from "../memory/memory-reader.ts";
import { eventsOfHistory, momentsOf } from "../memory/moments.ts";
import { notEmpty } from "../history.ts";
import { isMissing, noFolder } from "../is-missing.ts";
import type { Committed, Store, StoreReader } from "../store.ts";
import { fileError } from "./file-error.ts";
import { readLease, saveLease } from "./lease-file.ts";
import { openLedger, openLedgerIfThere, type Ledger } from "./ledger.ts";
import { openLock, type Lock } from "./lock.ts";
import { openTaskFiles, type TaskFiles } from "./task-files.ts";

/** Decisions that share one line of the journal, and so its `fsync`. */
const DECISIONS_PER_COMMIT = 64;
/** Less than what a person or a waiting process would notice. */
const LOOK_EVERY_MS = 75;

type Item = {
  readonly scope: Scope;
  readonly decide: (state: State) => Decision;
  readonly resolve: (outcome: Committed) => void;
  readonly reject: (error: unknown) => void;
};

type Files = {
  readonly folder: string;
  readonly ledger: Ledger;
  readonly lock: Lock;
  readonly taskFiles: TaskFiles;
  readonly items: Item[];
  draining: Promise<void> | undefined;
};

/**
 * The blackboard as plain files in `folder`, which is made if need be: a journal of all events, which
 * is the truth, and a file for each task, which people may read. It is held in memory whole, and
 * good for some ten thousand tasks.
 */
export function openFilesStore(folder: string): Store {
  const files = explained(folder, () => openFiles(folder));
  const reader = reading(folder, files.ledger);
  return {
    ...reader,
    ...asAWhole(files),
    transact: async (scope, decide) => enqueue(files, scope, decide),
    saveDispatcherLease: async (lease, expectedTerm) =>
      explained(folder, () => files.lock.hold(() => saveLease(folder, lease, expectedTerm))),
    close: async () => {
      await files.draining;
      await reader.close();
      files.lock.close();
    },
  };
}

/** The blackboard for commands that only look; `undefined` when there is none yet. */
export function openFilesReader(folder: string): StoreReader | undefined {
  const ledger = explained(folder, () => {
    requireFolder(folder);
    return openLedgerIfThere(folder);
  });
  return ledger && reading(folder, ledger);
}

function openFiles(folder: string): Files {
  if (isMissing(dirname(folder))) throw noFolder(dirname(folder));
  requireFolder(folder);
  makeFolder(folder);
  const lock = openLock(join(folder, "lock"));
  const taskFiles = openTaskFiles(folder);
  const ledger = openLedger(folder, "write");
  // Whoever wrote the last line may have died before the files of its tasks.
  lock.hold(() => taskFiles.follow(ledger.current()));
  return { folder, ledger, lock, taskFiles, items: [], draining: undefined };
}

function requireFolder(folder: string): void {
  if (isMissing(folder) || statSync(folder).isDirectory()) return;
  const message = `${folder} is no folder, and so no blackboard. Move it away, or name another place.`;
  throw new OrchestraError("STORE_UNAVAILABLE", message);
}

/** Not with its parents: where there can be none, as in /proc, Node would go on making them. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}

function reading(folder: string, ledger: Ledger): StoreReader {
  const closing = new AbortController();
  const watching = { ledger, isLooking: false, closed: closing.signal };
  const current = (): Blackboard => explained(folder, () => ledger.current());
  return {
    ...memoryReader(current),
    ...momentsOf(current),
    dispatcherLease: async () => explained(folder, () => readLease(folder)),
    nowMs: async () => Date.now(),
    watch: (listener, signal) => {
      const { listeners } = current();
      if (signal.aborted) return;
      listeners.add(listener);
      signal.addEventListener("abort", () => listeners.delete(listener), { once: true });
      if (!watching.isLooking) void look(watching, listeners);
    },
    close: async () => {
      closing.abort();
      ledger.close();
    },
  };
}

/** What is done with all that is kept, while nobody else writes. */
function asAWhole(files: Files): Pick<Store, "rebuild" | "adopt" | "reclaim"> {
  const { folder, ledger, lock, taskFiles } = files;
  const hold = async <T>(work: () => T): Promise<T> => {
    await files.draining;
    return explained(folder, () => lock.hold(work));
  };
  return {
    // The state is added up anew whenever it is read, so it is only people's files that can be wrong.
    rebuild: async () =>
      hold(() => {
        taskFiles.forget();
        taskFiles.follow(ledger.current());
        return [];
      }),
    adopt: async (history) => {
      const events = await eventsOfHistory(history);
      await hold(() => {
        if (ledger.current().events.size > 0) throw notEmpty();
        ledger.replace(events);
        taskFiles.follow(ledger.current());
      });
    },
    reclaim: async () => hold(() => ledger.replace([...ledger.current().events.values()].flat())),
  };
}

/** Looks for what other processes have appended, while anybody listens. */
async function look(
  watching: { readonly ledger: Ledger; isLooking: boolean; readonly closed: AbortSignal },
  listeners: Blackboard["listeners"],
): Promise<void> {
  watching.isLooking = true;
  while (listeners.size > 0) {
    await sleep(LOOK_EVERY_MS, undefined, { ref: false });
    if (watching.closed.aborted) return;
    try {
      watching.ledger.current();
    } catch {
      // Whoever is hinted asks the store, and gets the error.
      for (const listener of listeners) listener(undefined);
    }
  }
  watching.isLooking = false;
}

async function enqueue(
  files: Files,
  scope: Scope,
  decide: (state: State) => Decision,
): Promise<Committed> {
  const { promise, resolve, reject } = Promise.withResolvers<Committed>();
  files.items.push({ scope, decide, resolve, reject });
  files.draining ??= drain(files);
  return promise;
}

async function drain(files: Files): Promise<void> {
  while (files.items.length > 0) {
    // What is asked at the same time comes within one turn of the event loop.
    await turn();
    const items = files.items.splice(0, DECISIONS_PER_COMMIT);
    try {
      const tellAll = explained(files.folder, () => files.lock.hold(() => commit(files, items)));
      tellAll();
    } catch (error) {
      for (const item of items) item.reject(error);
    }
  }
  files.draining = undefined;
}

/** Decides and keeps; returns what tells everyone how it went. */
function commit({ folder, ledger, taskFiles }: Files, items: readonly Item[]): () => void {
  const board = ledger.current();
  const draft = draftOn(board);
  const lease = readLease(folder);
  const tellers = items.map((item) => decideOne(draft, lease, item));
  if (draft.events.length > 0) {
    ledger.commit(draft);
    try {
      taskFiles.follow(board);
    } catch {
      // The journal has it; the files of the tasks follow with the next line.
    }
  }
  return () => {
    if (draft.events.length > 0) for (const listener of board.listeners) listener(draft.events);
    for (const tell of tellers) tell();
  };
}

function decideOne(draft: Draft, lease: DispatcherLease | undefined, item: Item): () => void {
  try {
    const outcome = decideOn(draft, lease, item.scope, item.decide);
    return () => item.resolve(outcome);
  } catch (error) {
    return () => item.reject(error);
  }
}

function explained<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw fileError(error, folder);
  }
}
