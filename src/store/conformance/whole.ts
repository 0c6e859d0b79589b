import { expect } from "vitest";
import { historyOf } from "../event-pages.ts";
import { executeOrThrow } from "../execute.ts";
import type { History } from "../history.ts";
import { openMemoryStore } from "../memory/memory-store.ts";
import type { Store } from "../store.ts";
import { aTask, add, assign, report, work } from "./builders.ts";
import type { Promises } from "./suite.ts";

/** What is done with all that is kept. */
export const wholePromises: Promises = {
  "a look at one moment does not see what comes next": async (store) => {
    await add(store, ["one"]);
    const seen = await store.snapshot(async (reader) => {
      const first = await reader.task("one");
      await add(store, ["two"]);
      await assign(store);
      return [
        first,
        await reader.task("one"),
        await reader.task("two"),
        await reader.lastSeq("queue"),
      ];
    });
    const [first, again, later, lastSeq] = seen;
    expect([first, again, later, lastSeq]).toEqual([first, first, undefined, 3]);
    expect(first).toMatchObject({ state: "ready" });
    expect(await store.task("two")).toMatchObject({ state: "active" });
  },

  "a failure while looking is the caller's own, and the store goes on": async (store) => {
    const failing = store.snapshot(async () => {
      throw new TypeError("a bug");
    });
    await expect(failing).rejects.toThrow(new TypeError("a bug"));
    await add(store, ["one"]);
    expect(await store.task("one")).toBeDefined();
  },

  "what is kept is without flaw, and making it anew changes nothing": async (store) => {
    expect(await store.flaws()).toEqual([]);
    await aLife(store);
    const before = await shownBy(store);
    expect(await store.flaws()).toEqual([]);
    expect(await store.rebuild()).toEqual([]);
    expect(await shownBy(store)).toEqual(before);
  },

  "a history that is taken over is there with all its numbers, and goes on": async (store) => {
    const other = openMemoryStore();
    await aLife(other);
    await store.adopt(historyOf(other));
    expect(await shownBy(store)).toEqual(await shownBy(other));
    expect(await store.flaws()).toEqual([]);

    for (const one of [store, other]) {
      await add(one, ["later"], 9_000);
      await assign(one, { nowMs: 9_000 });
      await work(one, "later", 9_001);
    }
    expect(await shownBy(store)).toEqual(await shownBy(other));

    const next = { runId: "next", objective: "Do more.", nowMs: 9_100 };
    for (const one of [store, other]) await executeOrThrow(one, { type: "create_run", ...next });
    expect(await store.runs()).toEqual(await other.runs());
    expect(await store.flaws()).toEqual([]);
  },

  "a history whose tasks depend on some that it lacks goes on without them": async (store) => {
    const other = openMemoryStore();
    await add(other, ["gone", "done", aTask({ id: "waits", dependsOn: ["gone", "done"] })]);
    await assign(other);
    for (const id of ["gone", "done"]) await work(other, id);
    await store.adopt(async function* lacking() {
      for await (const events of historyOf(other)()) {
        yield events.filter((event) => !("taskId" in event) || event.taskId !== "gone");
      }
    });
    const ended = { taskIds: ["done"], endedBeforeMs: 5_000, nowMs: 5_000 };
    await executeOrThrow(store, { type: "archive_tasks", ...ended });
    expect(await store.flaws()).toEqual([]);
  },

  "an empty history is taken over, too": async (store) => {
    await store.adopt(historyOf(openMemoryStore()));
    expect(await store.runs()).toEqual([]);
    await add(store, ["one"]);
    expect(await store.lastSeq("queue")).toBe(3);
  },

  "a history is only taken over by an empty blackboard": async (store) => {
    const other = openMemoryStore();
    await aLife(other);
    await add(store, ["mine"]);
    const before = await shownBy(store);
    await expect(store.adopt(historyOf(other))).rejects.toMatchObject({ code: "STORE_NOT_EMPTY" });
    expect(await shownBy(store)).toEqual(before);
  },

  "a history that breaks off leaves the blackboard empty": async (store) => {
    const other = openMemoryStore();
    await aLife(other);
    const broken: History = async function* broken() {
      yield* historyOf(other)();
      throw new RangeError("cut");
    };
    await expect(store.adopt(broken)).rejects.toThrow(new RangeError("cut"));
    expect(await store.runs()).toEqual([]);
    expect(await store.tasks({ limit: 10 })).toEqual([]);
    await store.adopt(historyOf(other));
    expect(await shownBy(store)).toEqual(await shownBy(other));
  },

  "whoever watches hears that a history was taken over": async (store) => {
    const other = openMemoryStore();
    await aLife(other);
    const over = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    store.watch(() => resolve(), over.signal);
    await store.adopt(historyOf(other));
    await promise;
    over.abort();
    expect(await store.task("one")).toBeDefined();
  },

  "of what is told of archived tasks, only the last is kept in each run": async (store) => {
    await add(store, ["a", "b", "c", "stays"]);
    for (const taskId of ["a", "b", "c"]) {
      const cancel = { type: "cancel_task", taskId, dependents: "wait", nowMs: 5 } as const;
      await executeOrThrow(store, cancel);
      const ended = { taskIds: [taskId], endedBeforeMs: 10, nowMs: 10 };
      await executeOrThrow(store, { type: "archive_tasks", ...ended });
    }
    await store.reclaim();
    const log = await store.events("queue", 0, 100);
    expect(log.filter(({ type }) => type === "tasks_archived")).toMatchObject([
      { taskIds: ["c"], seq: log.at(-1)?.seq },
    ]);
    expect(await store.taskIdsWithPrefix("", 10)).toEqual(["stays"]);
    expect(await store.flaws()).toEqual([]);
    const [added] = await add(store, ["next"]);
    expect(added?.seq).toBe((log.at(-1)?.seq ?? 0) + 1);
  },
};

/** A little of everything: two runs, links between them, questions, attempts, numbers that are missing. */
export async function aLife(store: Store): Promise<void> {
  await executeOrThrow(store, { type: "create_run", runId: "more", objective: "Do it.", nowMs: 1 });
  await add(store, ["one", "two", "gone", aTask({ id: "waits", dependsOn: ["one", "two"] })]);
  const linked = [aTask({ id: "far", dependsOn: ["waits", "gone"], priority: 3 })];
  await executeOrThrow(store, { type: "add_tasks", runId: "more", tasks: linked, nowMs: 1_500 });
  await assign(store);
  for (const id of ["one", "gone"]) await work(store, id);
  await report(store, "two", { type: "crash", nowMs: 4_000 });
  const ended = { taskIds: ["gone"], endedBeforeMs: 5_000, nowMs: 5_000 };
  await executeOrThrow(store, { type: "archive_tasks", ...ended });
}

/** Everything that a store tells, of which nothing is about this process. */
export async function shownBy(store: Store): Promise<unknown> {
  const tasks = await store.tasksAfter("", 1_000);
  const runs = await store.runs();
  return {
    runs,
    tasks,
    worked: await store.tasks({ limit: 1_000 }),
    counts: await store.countTasks(),
    attempts: await store.attemptsOf(...tasks.map(({ id }) => id)),
    live: new Set(await store.liveAttempts()),
    questions: await store.openInterrupts(1_000),
    merges: await store.mergeQueue(1_000),
    logs: await Promise.all(runs.map(async ({ id }) => store.events(id, 0, 10_000))),
    last: await Promise.all(runs.map(async ({ id }) => store.lastSeq(id))),
  };
}
