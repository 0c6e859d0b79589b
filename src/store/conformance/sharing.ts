import { describe, expect, onTestFinished, test } from "vitest";
import type { ServerLocation } from "../../config/store-location.ts";
import { execute } from "../execute.ts";
import { openStore } from "../open-store.ts";
import type { Store } from "../store.ts";
import type { DatabaseService } from "../testing/database-service.ts";
import { add, assign } from "./builders.ts";
import { expectEachSeesTheOther, expectWholeLog, taskIds } from "./processes.ts";

const LEASE = {
  term: 1,
  holder: { host: "here", pid: 42, startTime: "7", bootId: "boot" },
} as const;
const TABLES = ["blackboard", "runs", "tasks", "dependencies", "attempts", "interrupts", "events"];

/** What stores promise that share a blackboard on a server. */
const PROMISES: Readonly<Record<string, (service: DatabaseService) => Promise<void>>> = {
  "a decision sees what another store has written since the last one": async (service) => {
    const { store, other } = await twoStores(service);
    await add(store, ["one"]);
    await assign(store);
    await expectEachSeesTheOther(store, other);
    await expectWholeLog(other);
  },

  "a watcher goes on hearing when its connection was lost": async (service) => {
    const { store, other } = await twoStores(service);
    const nextHint = hintsOfOthers(store);
    for (const id of ["one", "two"]) {
      const hint = nextHint();
      await add(other, [id]);
      await hint;
      await service.disconnect("all");
    }
    expect(await taskIds(store)).toEqual(["one", "two"]);
  },

  "another's commit is heard of, though a lease is saved right after it": async (service) => {
    const { store, other } = await twoStores(service);
    await store.saveDispatcherLease({ ...LEASE, expiresAtMs: 1 }, undefined);
    const nextHint = hintsOfOthers(store);
    for (let round = 2; round < 7; round += 1) {
      const hint = nextHint();
      await add(other, [`task-${round}`]);
      await store.saveDispatcherLease({ ...LEASE, expiresAtMs: round }, LEASE.term);
      await hint;
    }
    expect(await taskIds(store)).toHaveLength(5);
  },

  "what was known is forgotten where an older copy took the blackboard's place": async (
    service,
  ) => {
    const { store, other, location } = await twoStores(service);
    await add(store, ["one"]);
    const { restore } = await copyTables(service, location);
    const cancel = { type: "cancel_task", taskId: "one", dependents: "wait", nowMs: 5 } as const;
    expect(await execute(store, cancel)).toMatchObject({ kind: "committed" });
    await restore();
    await add(other, ["two"]);

    const pause = { type: "pause_task", taskId: "one", nowMs: 6 } as const;
    expect(await execute(store, pause)).toMatchObject({ kind: "committed" });
    expect(await store.task("one")).toMatchObject({ state: "ready", pausedAtMs: 6 });
    expect(await store.flaws()).toEqual([]);
  },

  "a watcher goes on hearing where an older copy took the blackboard's place": async (service) => {
    const { store, other, location } = await twoStores(service);
    await add(store, ["one"]);
    const { restore } = await copyTables(service, location);
    for (const id of ["a", "b", "c", "d", "e"]) await add(store, [id]);
    const nextHint = hintsOfOthers(store);
    const restored = nextHint();
    await restore();
    await restored;

    const added = nextHint();
    await add(other, ["two"]);
    await added;
    expect(await taskIds(store)).toEqual(["one", "two"]);
  },
};

export function sharingConformance(name: string, service: () => DatabaseService): void {
  describe(`${name} stores that share a blackboard`, () => {
    test.each(Object.entries(PROMISES))("%s", async (_sentence, prove) => {
      expect.hasAssertions();
      await prove(service());
    });
  });
}

type TwoStores = {
  readonly store: Store;
  readonly other: Store;
  readonly location: ServerLocation;
};

async function twoStores(service: DatabaseService): Promise<TwoStores> {
  const location = await service.newBlackboard();
  const [store, other] = [await openStore(location), await openStore(location)];
  onTestFinished(async () => {
    await store.close();
    await other.close();
  });
  return { store, other, location };
}

/** Has the store watched; each call returns what resolves at the next hint that others have written. */
function hintsOfOthers(store: Store): () => Promise<void> {
  const over = new AbortController();
  onTestFinished(() => over.abort());
  let next = Promise.withResolvers<void>();
  store.watch((events) => events ?? next.resolve(), over.signal);
  return async () => {
    next = Promise.withResolvers<void>();
    return next.promise;
  };
}

/** Keeps a copy of all that is on a blackboard, to put it in its place as a server that is restored does. */
async function copyTables(
  service: DatabaseService,
  location: ServerLocation,
): Promise<{ readonly restore: () => Promise<void> }> {
  const session = await service.session(location);
  onTestFinished(async () => session.close());
  for (const table of TABLES) {
    await session.query(`create table kept_${table} as select * from ${table}`);
  }
  return {
    restore: async () => {
      for (const table of TABLES.toReversed()) await session.query(`delete from ${table}`);
      for (const table of TABLES) {
        await session.query(`insert into ${table} select * from kept_${table}`);
      }
      await service.disconnect("all");
    },
  };
}
