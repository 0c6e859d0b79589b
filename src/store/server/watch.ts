import { setTimeout as sleep } from "node:timers/promises";
import type { WatchListener } from "../store.ts";
import type { DatabaseServer, Db, ServerConnection } from "./database-server.ts";
import { heardForeign, type Hints } from "./hints.ts";
import type { Link } from "./link.ts";

/** Where notices come, a look finds only what they missed. */
const LOOK_WITH_NOTICES_MS = 2_000;
const LOOK_ALONE_MS = 100;

export type WatchDeps = {
  readonly server: DatabaseServer;
  readonly link: Link;
  readonly db: Db;
  readonly hints: Hints;
  /** Aborts when the store is closed. */
  readonly closed: AbortSignal;
};

/** Tells of others' commits while anybody listens: by notice where the server sends any, and by looking. */
export function createWatch(
  deps: WatchDeps,
): (listener: WatchListener, signal: AbortSignal) => void {
  const watching: Watching = { isLooking: false, listening: undefined };
  return (listener, signal) => {
    if (signal.aborted || deps.closed.aborted) return;
    const { listeners } = deps.hints;
    listeners.add(listener);
    signal.addEventListener("abort", () => listeners.delete(listener), { once: true });
    if (!watching.isLooking) void look(deps, watching);
  };
}

type Watching = {
  isLooking: boolean;
  /** The connection that notices come by: after an outage it is another one. */
  listening: ServerConnection | undefined;
};

async function look(deps: WatchDeps, watching: Watching): Promise<void> {
  const { server, hints, closed } = deps;
  const everyMs = server.notices ? LOOK_WITH_NOTICES_MS : LOOK_ALONE_MS;
  watching.isLooking = true;
  while (hints.listeners.size > 0 && !closed.aborted) {
    watching.listening = await lookOnce(deps, watching.listening);
    await sleep(everyMs, undefined, { ref: false });
  }
  watching.isLooking = false;
}

/** Returns the connection that notices come by: after an outage it is another one. */
async function lookOnce(
  { server, link, db, hints }: WatchDeps,
  listening: ServerConnection | undefined,
): Promise<ServerConnection | undefined> {
  try {
    const connection = await link.ready();
    if (connection !== listening && server.notices) {
      connection.onNotice?.((text) => heardForeign(hints, Number(text)));
      await server.notices.listen(db);
    }
    const { seen } = hints;
    const version = await server.version(db);
    // Lower where a copy of the blackboard was put in its place: told from there on.
    if (version < seen) hints.seen = version - 1;
    heardForeign(hints, version);
    return connection;
  } catch {
    // A hint is all that is missed: whoever asks the store itself gets the error, and we look again.
    return undefined;
  }
}
