import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Less than what a person or a waiting process would notice. A look costs some microseconds, but
 * waking up costs 0.2 ms, so all listeners share one look.
 */
const LOOK_EVERY_MS = 75;

/** Who listens on one connection, and whether it is being looked at for them. */
export type Watch = {
  readonly reader: DatabaseSync;
  readonly listeners: Set<() => void>;
  isLooking: boolean;
};

export function createWatch(reader: DatabaseSync): Watch {
  return { reader, listeners: new Set(), isLooking: false };
}

/**
 * Calls `listener` when another process has committed, until `signal` aborts. SQLite's change counter
 * tells; a file watcher would need a file system that has them.
 */
export function watchChanges(watch: Watch, listener: () => void, signal: AbortSignal): void {
  if (signal.aborted) return;
  watch.listeners.add(listener);
  signal.addEventListener("abort", () => watch.listeners.delete(listener), { once: true });
  if (!watch.isLooking) void look(watch);
}

/** Calls every listener. */
export function announce({ listeners }: Watch): void {
  for (const listener of listeners) listener();
}

async function look(watch: Watch): Promise<void> {
  watch.isLooking = true;
  const version = watch.reader.prepare("pragma data_version");
  let seen = versionNow(version);
  while (watch.listeners.size > 0 && watch.reader.isOpen) {
    await sleep(LOOK_EVERY_MS, undefined, { ref: false });
    if (!watch.reader.isOpen) return;
    const now = versionNow(version);
    if (now !== seen) announce(watch);
    seen = now;
  }
  watch.isLooking = false;
}

/** `undefined` when SQLite cannot tell: whoever is hinted then asks the store, and gets the error. */
function versionNow(statement: StatementSync): unknown {
  try {
    return statement.get()?.["data_version"];
  } catch {
    return undefined;
  }
}
