import type { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

/** Half of what a person or a waiting process would notice; one look costs some 5 microseconds. */
const LOOK_EVERY_MS = 50;

/**
 * Calls `listener` when anything was committed: at once for this process, and by looking at SQLite's
 * change counter for others. Files need no watcher then, which not every file system has.
 */
export function watchChanges(
  reader: DatabaseSync,
  listeners: Set<() => void>,
  listener: () => void,
  signal: AbortSignal,
): void {
  if (signal.aborted) return;
  listeners.add(listener);
  signal.addEventListener("abort", () => listeners.delete(listener), { once: true });
  void look(reader, listener, signal);
}

async function look(
  reader: DatabaseSync,
  listener: () => void,
  signal: AbortSignal,
): Promise<void> {
  const version = reader.prepare("pragma data_version");
  let seen = version.get()?.["data_version"];
  while (!signal.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted || !reader.isOpen) return;
    const now = version.get()?.["data_version"];
    if (now !== seen) listener();
    seen = now;
  }
}
