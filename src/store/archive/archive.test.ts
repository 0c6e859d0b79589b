import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { OrchestraError } from "../../core/errors.ts";
import { aTask, add, assign, work } from "../conformance/builders.ts";
import { execute } from "../execute.ts";
import { openSqliteStore } from "../sqlite/sqlite-store.ts";
import { temporaryFolder } from "../sqlite/testing/temporary-file.ts";
import type { Store } from "../store.ts";
import {
  archivedTasks,
  archiveTasks,
  finishArchives,
  unfinishedArchives,
  type ArchiveDeps,
} from "./archive.ts";

const NOW_MS = 100_000;
const LONG_AGO = { endedBeforeMs: 50_000, held: new Set<string>() };

/** A blackboard with tasks that ended long ago, each with something that its agent printed. */
async function setup(...ids: readonly string[]): Promise<ArchiveDeps> {
  const folder = temporaryFolder();
  const store = openSqliteStore(join(folder, "blackboard.db"));
  onTestFinished(async () => store.close());
  await add(
    store,
    ids.map((id) => aTask({ id, checks: [] })),
  );
  for (const [index, id] of ids.entries()) {
    // No more than that are assigned at a time, in the order of their ids.
    if (index % 100 === 0) await assign(store);
    await work(store, id);
    mkdirSync(join(folder, "attempts", `${id}-1`), { recursive: true });
    writeFileSync(join(folder, "attempts", `${id}-1`, "stdout"), `${id} said`);
  }
  const [archives, attempts] = [join(folder, "archives"), join(folder, "attempts")];
  return { store, nowMs: () => NOW_MS, program: "test", archives, attempts };
}

test("what ended long ago leaves with what its agents printed, and the rest stays", async () => {
  const deps = await setup("one", "two", "held");
  await add(deps.store, ["later"], 60_000);
  const choice = { ...LONG_AGO, held: new Set(["held"]) };
  const [archive, ...others] = await archiveTasks(deps, choice);

  expect(others).toEqual([]);
  expect(archive?.taskIds.toSorted()).toEqual(["one", "two"]);
  expect(readdirSync(archive?.folder ?? "").toSorted()).toEqual([
    "attempts.tar.gz",
    "history.jsonl.gz",
    "tasks.json",
  ]);
  expect(await deps.store.taskIdsWithPrefix("", 10)).toEqual(["held", "later"]);
  expect(readdirSync(deps.attempts)).toEqual(["held-1"]);
  expect(await archiveTasks(deps, choice)).toEqual([]);
});

test("a place where no archive can be kept is told, and nothing leaves", async () => {
  const deps = await setup("one");
  writeFileSync(deps.archives, "in the way");
  await expect(archiveTasks(deps, LONG_AGO)).rejects.toMatchObject({
    code: "STORE_UNAVAILABLE",
    message: expect.stringContaining(deps.archives) as unknown,
  });
  expect(await deps.store.taskIdsWithPrefix("", 10)).toEqual(["one"]);
});

test.each(["{", "{}"])("a list of archived tasks that is spoilt is told: %s", async (text) => {
  const { archives } = await setup();
  mkdirSync(join(archives, "mine"), { recursive: true });
  writeFileSync(join(archives, "mine", "tasks.json"), text);
  expect(() => archivedTasks({ archives })).toThrow(
    expect.objectContaining({ code: "INVALID_FILE", message: expect.stringContaining("mine") }),
  );
});

test("a task that is sent back to work meanwhile stays with all it has; the others go", async () => {
  const deps = await setup("one", "two");
  await cancelledLongAgo(deps.store, "again");
  const { store } = deps;
  const retry = { type: "retry_task", taskId: "again", note: undefined, nowMs: NOW_MS } as const;
  const raced: Store = {
    ...store,
    transact: async (scope, decide) => {
      if ((await store.task("again"))?.state === "cancelled") await execute(store, retry);
      return store.transact(scope, decide);
    },
  };
  const [archive] = await archiveTasks({ ...deps, store: raced }, LONG_AGO);
  expect(archive?.taskIds.toSorted()).toEqual(["one", "two"]);
  expect(tasksIn(archive?.folder)).toEqual(["one", "two"]);
  expect(await store.task("again")).toMatchObject({ state: "ready" });
  expect(readdirSync(deps.attempts)).toEqual([]);
});

test("an archive that nothing left for is not kept", async () => {
  const deps = await setup();
  await cancelledLongAgo(deps.store, "again");
  const retry = { type: "retry_task", taskId: "again", note: undefined, nowMs: NOW_MS } as const;
  const raced: Store = {
    ...deps.store,
    transact: async (scope, decide) => {
      await execute(deps.store, retry);
      return deps.store.transact(scope, decide);
    },
  };
  expect(await archiveTasks({ ...deps, store: raced }, LONG_AGO)).toEqual([]);
  expect(readdirSync(deps.archives)).toEqual(["lock"]);
});

test("one that broke off in the midst of its tasks is finished by whoever comes next", async () => {
  const ids = Array.from({ length: 250 }, (_, index) => `task-${String(index).padStart(3, "0")}`);
  const deps = await setup(...ids);
  let commits = 0;
  const dying: Store = {
    ...deps.store,
    transact: async (scope, decide) => {
      commits += 1;
      if (commits > 1) throw new Error("killed");
      return deps.store.transact(scope, decide);
    },
  };
  await expect(archiveTasks({ ...deps, store: dying }, LONG_AGO)).rejects.toThrow("killed");
  expect(await unfinishedArchives(deps, deps.store)).toHaveLength(1);
  expect(await deps.store.countTasks()).toMatchObject({ complete: 50 });

  const [archive] = await finishArchives(deps);
  expect(archive?.taskIds).toHaveLength(250);
  expect(tasksIn(archive?.folder)).toEqual(ids.toSorted());
  expect(await deps.store.countTasks()).toMatchObject({ complete: 0 });
  expect(await unfinishedArchives(deps, deps.store)).toEqual([]);
  expect(readdirSync(deps.attempts)).toEqual([]);
});

test("one that is refused takes nothing away, and none but its own blackboard finishes it", async () => {
  const deps = await setup("one", "two");
  const busy: Store = {
    ...deps.store,
    transact: async () => {
      throw new OrchestraError("STORE_UNAVAILABLE", "It is busy.");
    },
  };
  await expect(archiveTasks({ ...deps, store: busy }, LONG_AGO)).rejects.toThrow("busy");
  expect(readdirSync(deps.attempts)).toEqual(["one-1", "two-1"]);

  const store = openSqliteStore(join(temporaryFolder(), "other.db"));
  onTestFinished(async () => store.close());
  await add(store, ["first"], 2_000);
  await cancelledLongAgo(store, "other");
  const [others] = await archiveTasks({ ...deps, store }, LONG_AGO);
  expect(others?.taskIds).toEqual(["other"]);
  expect(await finishArchives({ ...deps, store })).toEqual([]);
  expect(await unfinishedArchives(deps, deps.store)).toHaveLength(1);

  const [archive] = await finishArchives(deps);
  expect(archive?.taskIds.toSorted()).toEqual(["one", "two"]);
  expect(readdirSync(deps.attempts)).toEqual([]);
});

test("what left without a word is finished with all that its agents printed", async () => {
  const deps = await setup("one");
  const silent: Store = {
    ...deps.store,
    transact: async (scope, decide) => {
      await deps.store.transact(scope, decide);
      throw new OrchestraError("STORE_UNAVAILABLE", "The answer was lost.");
    },
  };
  await expect(archiveTasks({ ...deps, store: silent }, LONG_AGO)).rejects.toThrow("lost");
  const [archive] = await finishArchives(deps);
  expect(archive?.taskIds).toEqual(["one"]);
  expect(readdirSync(deps.attempts)).toEqual([]);
});

test("a copy that cannot be made takes nothing away, and leaves nothing behind", async () => {
  const deps = await setup("one");
  const failing: Store = {
    ...deps.store,
    snapshot: async () => {
      throw Object.assign(new Error("write"), { code: "ENOSPC" });
    },
  };
  await expect(archiveTasks({ ...deps, store: failing }, LONG_AGO)).rejects.toThrow(
    expect.objectContaining({ code: "NO_SPACE" }),
  );
  expect(await deps.store.task("one")).toBeDefined();
  expect(existsSync(join(deps.attempts, "one-1/stdout"))).toBe(true);
  expect(readdirSync(deps.archives)).toEqual(["lock"]);
});

async function cancelledLongAgo(store: Store, id: string): Promise<void> {
  await add(store, [id]);
  await execute(store, { type: "cancel_task", taskId: id, dependents: "wait", nowMs: 3_000 });
}

function tasksIn(folder = ""): string[] {
  const { tasks } = JSON.parse(readFileSync(join(folder, "tasks.json"), "utf8")) as {
    tasks: { id: string }[];
  };
  return tasks.map(({ id }) => id).toSorted();
}
