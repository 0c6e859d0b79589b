import { setTimeout as sleep } from "node:timers/promises";
import { OrchestraError } from "../../core/errors.ts";
import { readDispatcherLease } from "../sql/lease.ts";
import { findFlaws } from "../sql/projection/find-flaws.ts";
import { sqlReader } from "../sql/read.ts";
import type { Database } from "../sql/schema.ts";
import type { Store, StoreReader } from "../store.ts";
import type { DatabaseServer, Db } from "./database-server.ts";
import { asAWhole, atOneMoment, type Alone } from "./as-a-whole.ts";
import { createDecisionQueue } from "../sql/deciding/decision-queue.ts";
import { canShareAnswers } from "../sql/deciding/load.ts";
import {
  commitDecisions,
  noVersionKnown,
  workUnderLock,
  type DecidingDeps,
} from "./commit-decisions.ts";
import { createHints, heardForeign, heardOwn, type Hints } from "./hints.ts";
import { kyselyOnConnection, type RunStatement } from "../sql/kysely-on-connection.ts";
import { savingLease } from "./lease.ts";
import { createLink, type Link } from "./link.ts";
import { patiently, type Pacing } from "./patience.ts";
import { createNotifier } from "./send-notices.ts";
import { createWatch } from "./watch.ts";

export const SYSTEM_PACING: Pacing = {
  sleep: async (ms) => sleep(ms),
  random: () => Math.random(),
};

/** The blackboard on a database server; its tables are made or brought up to date if need be. */
export async function openServerStore(server: DatabaseServer, pacing: Pacing): Promise<Store> {
  const way = openWay(server, pacing);
  const known = noVersionKnown();
  const writing = createLink({
    connect: async () => {
      // Behind a new connection may be an older copy of the blackboard, with versions of its own.
      known.version = undefined;
      return server.connect();
    },
  });
  const writeDb = kyselyOnConnection<Database>(server.flavour, writing.run);
  try {
    // The first connection is made without patience: what is wrong with the address should be told.
    await way.link.ready();
    const version = await schemaVersion(server, way.db);
    if (version !== server.schemaVersionKnown) await migrate(server, writing, writeDb);
    way.hints.seen = await server.version(way.db);
  } catch (error) {
    await Promise.all([way.link.close(), writing.close()]);
    throw server.explained(error);
  }
  const notifier = createNotifier(async (version) => server.notices?.send(way.db, version));
  const deciding: DecidingDeps = {
    server,
    link: writing,
    db: writeDb,
    pacing,
    known,
    onForeign: (version) => heardForeign(way.hints, version),
    onCommit: (version, events) => {
      heardOwn(way.hints, version, events);
      notifier.notify(version);
    },
  };
  const queue = createDecisionQueue({
    commit: async (proposals) => commitDecisions(deciding, proposals),
    hasRoomFor: canShareAnswers,
  });
  const alone: Alone = async (work) => queue.alone(async () => workUnderLock(deciding, work));
  return {
    ...reader(way, async () => {
      await queue.idle();
      await notifier.flushed();
      await writing.close();
    }),
    ...asAWhole(alone),
    transact: async (scope, decide) => queue.transact({ scope, decide }),
    saveDispatcherLease: async (lease, term) => alone(savingLease(lease, term)),
  };
}

/** The blackboard for commands that only look; `undefined` when there is none yet. */
export async function openServerReader(
  server: DatabaseServer,
  pacing: Pacing,
): Promise<StoreReader | undefined> {
  const way = openWay(server, pacing);
  try {
    await way.link.ready();
    if ((await schemaVersion(server, way.db)) !== undefined) return reader(way, async () => {});
    await way.link.close();
    return undefined;
  } catch (error) {
    await way.link.close();
    throw server.explained(error);
  }
}

/** The way that questions go: one connection, on which they may travel together. */
type Way = {
  readonly server: DatabaseServer;
  readonly link: Link;
  readonly db: Db;
  readonly hints: Hints;
};

function openWay(server: DatabaseServer, pacing: Pacing): Way {
  const link = createLink(server);
  // A question changes nothing, so it is asked again when its connection was lost.
  const run: RunStatement = async (query) =>
    patiently(server, pacing, async () => {
      const connection = await link.ready();
      try {
        return await connection.run(query);
      } catch (error) {
        // It may not know itself that it was lost.
        if (server.failure(error) === "lost") await link.drop(connection);
        throw error;
      }
    });
  const db = kyselyOnConnection<Database>(server.flavour, run);
  return { server, link, db, hints: createHints() };
}

function reader(way: Way, closeMore: () => Promise<void>): StoreReader {
  const { server, link, db } = way;
  const closing = new AbortController();
  return {
    ...sqlReader(db),
    snapshot: async (read) => atOneMoment(server, async (moment) => read(sqlReader(moment))),
    flaws: async () => atOneMoment(server, findFlaws),
    dispatcherLease: async () => readDispatcherLease(db),
    nowMs: async () => server.nowMs(db),
    durabilityProblem: async () => server.durabilityProblem(db),
    refusalToWrite: async () => refusalToWrite(db),
    watch: createWatch({ ...way, closed: closing.signal }),
    close: async () => {
      closing.abort();
      await closeMore();
      await link.close();
    },
  };
}

/** Asked by a change of no row, which whoever may write is let make. */
async function refusalToWrite(db: Db): Promise<string | undefined> {
  try {
    await db.updateTable("leases").set({ term: 0 }).where("name", "=", "").execute();
    return undefined;
  } catch (error) {
    if (error instanceof OrchestraError && error.code === "READ_ONLY") return error.message;
    throw error;
  }
}

async function schemaVersion(server: DatabaseServer, db: Db): Promise<number | undefined> {
  const version = await server.schemaVersion(db);
  if (version === undefined || version <= server.schemaVersionKnown) return version;
  throw new OrchestraError(
    "STORE_NEWER",
    `The blackboard at ${server.place} was written by a newer Orchestra (schema ${version}, this one knows ${server.schemaVersionKnown}). Update Orchestra.`,
  );
}

async function migrate(server: DatabaseServer, link: Link, db: Db): Promise<void> {
  await link.ready();
  await server.migrate(db);
}
