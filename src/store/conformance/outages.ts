import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { ServerLocation } from "../../config/store-location.ts";
import { openStore } from "../open-store.ts";
import type { Pacing } from "../server/patience.ts";
import type { Store } from "../store.ts";
import type { DatabaseService } from "../testing/database-service.ts";
import { openSocketProxy, type Cut, type SocketProxy } from "../testing/socket-proxy.ts";
import { aTask, add, assign, report } from "./builders.ts";
import { expectWholeLog, taskIds } from "./processes.ts";

/** Locks the row that every writer locks first. */
const LOCK = "select version from blackboard where id = 1 for update";
const WRONG_BY_MS = 3_600_000;
/** Does not wait, and so gives up as soon as it may. */
const IMPATIENT: Pacing = { sleep: async () => undefined, random: () => 0 };

type Given = {
  readonly service: DatabaseService;
  readonly open: (location: ServerLocation, pacing: Pacing) => Promise<Store>;
};

/** What a store on a server promises when that, or the way to it, fails. */
const PROMISES: Readonly<Record<string, (given: Given) => Promise<void>>> = {
  "a connection that is killed while it waits for its turn is made anew": async ({ service }) => {
    const { store, location } = await aStore(service);
    const session = await service.session(location);
    await session.query("begin");
    await session.query(LOCK);
    const adding = add(store, ["one"]);
    await until(async () => (await service.waiting()) === 1);
    await service.disconnect("waiting");
    await session.query("commit");
    await session.close();

    expect((await adding).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(await taskIds(store)).toEqual(["one"]);
  },

  "connections that are killed all the time lose nothing and repeat nothing": async ({
    service,
  }) => {
    const { store } = await aStore(service);
    const ids = Array.from({ length: 120 }, (_, index) => `task-${index}`);
    const over = new AbortController();
    const killing = killAfterEachCommit(service, store, over.signal);
    try {
      const pending = [...ids];
      const work = async (): Promise<void> => {
        for (let id = pending.pop(); id !== undefined; id = pending.pop()) await add(store, [id]);
      };
      await Promise.all(Array.from({ length: 6 }, work));
    } finally {
      over.abort();
    }
    expect(await killing).toBeGreaterThan(9);

    expect(await taskIds(store)).toEqual(ids.toSorted());
    expect(await expectWholeLog(store)).toBe(2 * ids.length + 1);
  },

  "a commit that never reached the server is sent again": async ({ service }) => {
    await proveCut(service, "before");
  },

  "a commit whose answer was lost is found, and not made twice": async ({ service }) => {
    await proveCut(service, "after");
  },

  "a server that is killed and comes back costs time alone": async ({ service }) => {
    const { store } = await aStore(service);
    await add(store, ["before"]);
    await service.crash();
    const adding = Promise.all(["one", "two", "three"].map(async (id) => add(store, [id])));
    const asking = store.task("before");
    await service.start();

    expect(await asking).toMatchObject({ id: "before" });
    await adding;
    expect(await taskIds(store)).toEqual(["before", "one", "three", "two"]);
    await expectWholeLog(store);
  },

  "a server that stays away is told, and one that is back is used": async ({ service, open }) => {
    const location = await service.newBlackboard();
    const store = await open(location, IMPATIENT);
    onTestFinished(async () => store.close());
    await add(store, ["before"]);
    await service.crash();
    const unavailable: unknown = expect.objectContaining({
      code: "STORE_UNAVAILABLE",
      message: expect.stringContaining("cannot be reached") as unknown,
    });
    await expect(add(store, ["one"])).rejects.toEqual(unavailable);
    await expect(store.task("before")).rejects.toEqual(unavailable);
    await service.start();

    await add(store, ["two"]);
    expect(await taskIds(store)).toEqual(["before", "two"]);
  },

  "a deadlock with somebody else's transaction is gone through": async ({ service }) => {
    const { store, location } = await aStore(service);
    await add(store, ["one", ...Array.from({ length: 50 }, (_, index) => `more-${index}`)]);
    await assign(store);
    const session = await service.session(location);
    await session.query("begin");
    // Much work, so that the other one is sacrificed where the lesser has to go.
    await session.query("update attempts set ended_at = 1");
    const reporting = report(store, "one", { type: "prepare" });
    await until(async () => (await service.waiting()) === 1);
    await session.query(LOCK);
    await session.query("rollback");
    await session.close();

    expect(await reporting).toMatchObject({ kind: "committed" });
    expect(await store.attemptsOf("one")).toMatchObject([{ state: "starting" }]);
    await expectWholeLog(store);
  },

  "leases are measured by the server's time, whatever the clock of the host shows": async ({
    service,
  }) => {
    const { store } = await aStore(service);
    // The server of this test is on this machine, so that only a wrong clock tells the two apart.
    const before = Date.now();
    const clock = vi.spyOn(Date, "now").mockReturnValue(before + WRONG_BY_MS);
    const nowMs = await store.nowMs().finally(() => clock.mockRestore());
    expect(nowMs).toBeGreaterThanOrEqual(before - 1);
    expect(nowMs).toBeLessThanOrEqual(Date.now() + 1);
  },
};

export type OutageTests = {
  readonly service: () => DatabaseService;
  readonly open: Given["open"];
};

export function outageConformance(name: string, { service, open }: OutageTests): void {
  describe(`the ${name} store in trouble`, () => {
    test.each(Object.entries(PROMISES))("%s", async (_sentence, prove) => {
      expect.hasAssertions();
      await prove({ service: service(), open });
    });
  });
}

async function proveCut(service: DatabaseService, when: Cut): Promise<void> {
  const { store, proxy } = await aStoreBehindProxy(service);
  await add(store, ["before"]);
  const cutting = proxy.cut(service.commitMarks, when);
  const adding = add(store, [aTask({ id: "one", prompt: "cut here" })]);
  await cutting;

  expect((await adding).map(({ seq }) => seq)).toEqual([4, 5]);
  expect(await expectWholeLog(store)).toBe(5);
  await add(store, ["after"]);
  expect(await taskIds(store)).toEqual(["after", "before", "one"]);
}

type Opened = { readonly store: Store; readonly location: ServerLocation };

async function aStore(service: DatabaseService): Promise<Opened> {
  const location = await service.newBlackboard();
  const store = await openStore(location);
  onTestFinished(async () => store.close());
  return { store, location };
}

async function aStoreBehindProxy(
  service: DatabaseService,
): Promise<{ readonly store: Store; readonly proxy: SocketProxy }> {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-proxy-"));
  const proxy = await openSocketProxy(service.socketIn(folder), service.socket);
  const store = await openStore(service.through(await service.newBlackboard(), folder));
  onTestFinished(async () => {
    await store.close();
    await proxy.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { store, proxy };
}

/** What is under way then is anywhere in its transaction. Returns how often it happened. */
async function killAfterEachCommit(
  service: DatabaseService,
  store: Store,
  signal: AbortSignal,
): Promise<number> {
  let kills = 0;
  let killing = Promise.resolve();
  const kill = async (): Promise<void> => {
    await killing;
    await service.disconnect("all");
    kills += 1;
  };
  store.watch((events) => {
    if (events) killing = kill();
  }, signal);
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  await killing;
  return kills;
}

/** Asks until it is so; the test's own time-out is the deadline. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}
