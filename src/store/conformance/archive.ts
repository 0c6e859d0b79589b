import { expect } from "vitest";
import { historyOf } from "../event-pages.ts";
import { execute, executeOrThrow } from "../execute.ts";
import { openMemoryStore } from "../memory/memory-store.ts";
import type { Store } from "../store.ts";
import { aTask, add, assign, loaded, report, work } from "./builders.ts";
import type { Promises } from "./suite.ts";

/** Tasks leave whole, and leave the rest as it was. */
export const archivePromises: Promises = {
  "tasks that are archived are gone with all that is known of them": async (store) => {
    await add(store, ["one", "two", "three"]);
    await assign(store);
    for (const id of ["one", "two"]) await work(store, id);
    await report(store, "three", { type: "crash" });
    await archive(store, ["one"]);

    expect(await store.task("one")).toBeUndefined();
    expect(await store.attemptsOf("one", "two")).toEqual(await store.attemptsOf("two"));
    expect(await store.eventsOfTask("one")).toEqual([]);
    expect(await store.countTasks()).toMatchObject({ complete: 1, waiting_human: 1 });
    expect(await store.taskIdsWithPrefix("", 10)).toEqual(["three", "two"]);
    expect((await store.tasks({ limit: 10 })).map(({ id }) => id)).toEqual(["three", "two"]);

    await execute(store, { type: "cancel_task", taskId: "three", dependents: "wait", nowMs: 9 });
    await archive(store, ["two", "three"]);
    expect(await store.openInterrupts(10)).toEqual([]);
    expect(await store.tasks({ limit: 10 })).toEqual([]);
    expect(await store.attemptsOf("one", "two", "three")).toEqual([]);
  },

  "the numbers of what happens next go on where they were": async (store) => {
    await add(store, ["one", "two"]);
    await assign(store);
    await work(store, "one");
    const before = await store.events("queue", 0, 100);
    const [archived] = await archive(store, ["one"]);
    expect(archived).toMatchObject({ type: "tasks_archived", seq: before.length + 1 });
    const [added] = await add(store, ["three"]);

    expect(added?.seq).toBe(before.length + 2);
    const log = await store.events("queue", 0, 100);
    const staying = before.filter((event) => !("taskId" in event) || event.taskId !== "one");
    expect(log.slice(0, staying.length + 1)).toEqual([...staying, archived]);
    expect(await store.lastSeq("queue")).toBe(before.length + 3);
    for (const { seq } of before) {
      const after = log.filter((event) => event.seq > seq);
      expect(await store.events("queue", seq, 2)).toEqual(after.slice(0, 2));
    }
  },

  "tasks that waited for an archived one depend on it no more, and can be sent back": async (
    store,
  ) => {
    await add(store, ["one", aTask({ id: "two", dependsOn: ["one"] })]);
    await assign(store);
    await work(store, "one");
    await archive(store, ["one"]);
    expect(await store.task("two")).toMatchObject({ state: "ready", dependsOn: [] });

    const cancel = { type: "cancel_task", taskId: "two", dependents: "wait", nowMs: 9 } as const;
    await executeOrThrow(store, cancel);
    await executeOrThrow(store, { type: "retry_task", taskId: "two", note: "Now.", nowMs: 10 });
    expect(await store.task("two")).toMatchObject({ state: "ready" });
  },

  "an id that was archived can be used again, and nothing of the old task comes back": async (
    store,
  ) => {
    await add(store, ["one"]);
    await assign(store);
    await work(store, "one");
    await archive(store, ["one"]);
    await add(store, ["one"], 20_000);
    expect(await store.task("one")).toMatchObject({ state: "ready", attemptCount: 0, epoch: 0 });
    expect((await loaded(store, { taskIds: ["one"] })).attempts.size).toBe(0);

    await assign(store, { nowMs: 21_000 });
    expect(await store.attemptsOf("one")).toMatchObject([{ id: "one-1", queuedAtMs: 21_000 }]);
    const types = (await store.eventsOfTask("one")).map(({ type }) => type);
    expect(types).toEqual(["task_added", "task_readied", "attempt_assigned"]);
  },

  "an id that was archived in one run can be used again in another": async (store) => {
    await add(store, ["one"]);
    await executeOrThrow(store, {
      type: "cancel_task",
      taskId: "one",
      dependents: "wait",
      nowMs: 5,
    });
    await archive(store, ["one"]);
    const objective = "It is read before the other.";
    await executeOrThrow(store, { type: "create_run", runId: "another", objective, nowMs: 20_000 });
    const again = { type: "add_tasks", runId: "another", tasks: [aTask({ id: "one" })] } as const;
    await executeOrThrow(store, { ...again, nowMs: 20_000 });
    expect(await store.flaws()).toEqual([]);
    await store.reclaim();
    expect(await store.flaws()).toEqual([]);

    const other = openMemoryStore();
    await store.snapshot(async (moment) => other.adopt(historyOf(moment)));
    expect(await other.task("one")).toEqual(await store.task("one"));
    expect(await other.task("one")).toMatchObject({ runId: "another", state: "ready" });
  },

  "what is decided at the same time as an archiving sees it or is seen by it": async (store) => {
    await add(store, ["one", "two", "three"]);
    const cancelled = ["one", "two", "three"].map(async (taskId) =>
      execute(store, { type: "cancel_task", taskId, dependents: "wait", nowMs: 5 }),
    );
    const archived = ["one", "two"].map(async (id) => archive(store, [id]));
    const added = add(store, ["one"], 20_000);
    await Promise.all([...cancelled, ...archived, added]);

    expect(await store.taskIdsWithPrefix("", 10)).toEqual(["one", "three"]);
    expect(await store.task("one")).toMatchObject({ state: "ready", createdAtMs: 20_000 });
    const log = await store.events("queue", 0, 100);
    const ofOne = log.filter((event) => "taskId" in event && event.taskId === "one");
    expect(ofOne.map(({ type }) => type)).toEqual(["task_added", "task_readied"]);
    expect(log.filter((event) => "taskId" in event && event.taskId === "two")).toEqual([]);
  },

  "hundreds of tasks leave at once": async (store) => {
    const ids = Array.from({ length: 1_200 }, (_, index) => `task-${index}`);
    const graph = ids.map((id, index) =>
      aTask({ id, dependsOn: ids.slice(Math.max(0, index - 2), index) }),
    );
    await add(store, graph);
    const first = ids[0] ?? "";
    const cancel = { type: "cancel_task", taskId: first, dependents: "abandon", nowMs: 2 } as const;
    await executeOrThrow(store, cancel);
    await archive(store, ids);
    expect(await store.tasks({ limit: 10 })).toEqual([]);
    expect((await store.events("queue", 0, 10)).map(({ type }) => type)).toEqual([
      "run_created",
      "tasks_archived",
    ]);
  },
};

async function archive(store: Store, taskIds: readonly string[]) {
  const command = { type: "archive_tasks", taskIds, endedBeforeMs: 10_000, nowMs: 10_000 } as const;
  return executeOrThrow(store, command);
}
