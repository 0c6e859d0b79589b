import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { RecordedEvent } from "../../core/events.ts";
import type { WatchListener } from "../store.ts";

/**
 * Less than what a person or a waiting process would notice. A look costs some microseconds, but
 * waking up costs 0.2 ms, so all listeners share one look.
 */
const LOOK_EVERY_MS = 75;

/** Who listens on one connection, and whether it is being looked at for them. */
export type Watch = {
  readonly connection: DatabaseSync;
  readonly listeners: Set<WatchListener>;
  isLooking: boolean;
};

/** Hears of what is committed by other connections than this one. */
export function createWatch(connection: DatabaseSync): Watch {
  return { connection, listeners: new Set(), isLooking: false };
}

/**
 * Calls `listener` when another process has committed, until `signal` aborts. SQLite's change counter
 * tells; a file watcher would need a file system that has them.
 */
export function watchChanges(watch: Watch, listener: WatchListener, signal: AbortSignal): void {
  if (signal.aborted) return;
  watch.listeners.add(listener);
  signal.addEventListener("abort", () => watch.listeners.delete(listener), { once: true });
  if (!watch.isLooking) void look(watch);
}

/** Calls every listener: with what this process committed, or because another one did. */
export function announce({ listeners }: Watch, events?: readonly RecordedEvent[]): void {
  for (const listener of listeners) listener(events);
}

async function look(watch: Watch): Promise<void> {
  watch.isLooking = true;
  const version = watch.connection.prepare("pragma data_version");
  let seen = versionNow(version);
  while (watch.listeners.size > 0 && watch.connection.isOpen) {
    await sleep(LOOK_EVERY_MS, undefined, { ref: false });
    if (!watch.connection.isOpen) return;
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
