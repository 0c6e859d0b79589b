import { expect } from "vitest";
import { TASK_STATES } from "../../core/task.ts";
import { execute } from "../execute.ts";
import { aTask, add, assign, report, work } from "./builders.ts";
import type { Promises } from "./suite.ts";

/** What the reader's questions answer. */
export const readerPromises: Promises = {
  "an empty blackboard has an answer to every question": async (store) => {
    expect(await store.runs()).toEqual([]);
    expect(await store.tasksAfter("", 10)).toEqual([]);
    expect(await store.run("queue")).toBeUndefined();
    expect(await store.task("one")).toBeUndefined();
    expect(await store.tasksById(["one"])).toEqual(new Map());
    expect(await store.tasks({ limit: 10 })).toEqual([]);
    expect(await store.parkedTasks(10)).toEqual([]);
    expect(await store.attemptsOf("one")).toEqual([]);
    expect(await store.liveAttempts()).toEqual([]);
    expect(await store.openInterrupts(10)).toEqual([]);
    expect(await store.mergeQueue(10)).toEqual([]);
    expect(await store.events("queue", 0, 10)).toEqual([]);
    expect(await store.lastSeq("queue")).toBe(0);
    const none = Object.fromEntries(TASK_STATES.map((state) => [state, 0]));
    expect(await store.countTasks()).toEqual(none);
  },

  "tasks are found by their ids, those that there are": async (store) => {
    await add(store, ["a", "b", "c"]);
    const found = await store.tasksById(["c", "no-such", "a"]);
    expect([...found.keys()].toSorted()).toEqual(["a", "c"]);
    expect(found.get("a")).toEqual(await store.task("a"));
    expect(await store.tasksById([])).toEqual(new Map());
  },

  "all runs are listed, and all tasks, by their ids": async (store) => {
    for (const runId of ["b", "a"]) {
      await execute(store, { type: "create_run", runId, objective: `Do ${runId}.`, nowMs: 5 });
    }
    expect(await store.runs()).toEqual(
      ["a", "b"].map((id) => ({ id, objective: `Do ${id}.`, createdAtMs: 5 })),
    );
    await add(store, ["c", "a-1", "a", "b"]);
    const after = async (id: string, limit: number): Promise<string[]> =>
      (await store.tasksAfter(id, limit)).map((task) => task.id);
    expect(await after("", 10)).toEqual(["a", "a-1", "b", "c"]);
    expect(await after("a", 2)).toEqual(["a-1", "b"]);
    expect(await after("bb", 2)).toEqual(["c"]);
    expect(await after("c", 2)).toEqual([]);
  },

  "attempts are found by their tasks, in order": async (store) => {
    await add(store, ["b", "a", "c"]);
    await assign(store);
    for (const id of ["b", "a", "c"]) await work(store, id);
    const found = await store.attemptsOf("b", "a", "no-such");
    expect(found.map(({ id }) => id)).toEqual(["a-1", "b-1"]);
    expect(await store.attemptsOf()).toEqual([]);
  },

  "ids are found by their prefix and by nothing else": async (store) => {
    await add(store, ["a", "ab", "ab-1", "abc", "b"]);

    expect(await store.taskIdsWithPrefix("ab", 10)).toEqual(["ab", "ab-1", "abc"]);
    expect(await store.taskIdsWithPrefix("ab", 2)).toEqual(["ab", "ab-1"]);
    expect(await store.taskIdsWithPrefix("", 10)).toEqual(["a", "ab", "ab-1", "abc", "b"]);
    for (const hostile of [
      "%",
      "_",
      "a%",
      "a_",
      "'",
      "' or 1=1 --",
      "\0",
      "é",
      "👩",
      "\uD800",
      "A",
    ]) {
      expect(await store.taskIdsWithPrefix(hostile, 10)).toEqual([]);
    }
  },

  "tasks are listed in the order they are worked, or newest first": async (store) => {
    await add(store, ["b", "a"], 1_000);
    await add(store, [aTask({ id: "urgent", priority: 1 })], 2_000);
    await add(store, [aTask({ id: "waits", dependsOn: ["a"] })], 3_000);
    const listed = async (filter: Parameters<typeof store.tasks>[0]): Promise<string[]> =>
      (await store.tasks(filter)).map((task) => task.id);

    expect(await listed({ limit: 10 })).toEqual(["urgent", "a", "b", "waits"]);
    expect(await listed({ limit: 10, newestFirst: true })).toEqual(["waits", "urgent", "b", "a"]);
    expect(await listed({ limit: 2 })).toEqual(["urgent", "a"]);
    expect(await listed({ limit: 1, newestFirst: true, states: ["ready"] })).toEqual(["urgent"]);
    expect(await listed({ limit: 10, states: ["planned", "active"] })).toEqual(["waits"]);
    expect(await listed({ limit: 10, states: [] })).toEqual([]);
  },

  "parked tasks are listed by the time that they wait for, and paused ones are not": async (
    store,
  ) => {
    await add(store, ["a", "b", "c", "paused", "ready"]);
    await assign(store);
    await report(store, "ready", { type: "return" });
    for (const [id, nowMs] of Object.entries({ a: 9_000, b: 3_000, c: 6_000, paused: 1_000 })) {
      await report(store, id, { type: "park", nowMs });
    }
    await execute(store, { type: "pause_task", taskId: "paused", nowMs: 9_500 });
    const listed = async (limit: number): Promise<string[]> =>
      (await store.parkedTasks(limit)).map((task) => task.id);
    expect(await listed(10)).toEqual(["b", "c", "a"]);
    expect(await listed(1)).toEqual(["b"]);
  },

  "tasks are counted by state": async (store) => {
    await add(store, ["one", "two", aTask({ id: "three", dependsOn: ["two"] })]);
    await assign(store, { capacity: 1 });
    expect(await store.countTasks()).toMatchObject({
      active: 1,
      ready: 1,
      planned: 1,
      complete: 0,
    });
  },

  "attempts are listed first to last, live ones by node": async (store) => {
    await add(store, ["one", "two"]);
    await assign(store, { nodeId: "left", capacity: 1 });
    await assign(store, { nodeId: "right", capacity: 1 });
    for (let attempt = 0; attempt < 10; attempt++) {
      await report(store, "one", { type: "return" });
      await assign(store, { nodeId: "left", capacity: 1 });
    }

    const numbers = (await store.attemptsOf("one")).map((attempt) => attempt.number);
    expect(numbers).toEqual(Array.from({ length: 11 }, (_, index) => index + 1));
    const live = async (nodeId?: string): Promise<string[]> =>
      (await store.liveAttempts(nodeId)).map((attempt) => attempt.id).toSorted();
    expect(await live()).toEqual(["one-11", "two-1"]);
    expect(await live("left")).toEqual(["one-11"]);
    expect(await live("none")).toEqual([]);
  },

  "open questions are listed oldest first, until they are answered": async (store) => {
    await add(store, ["a", "b", "c", "d"]);
    await assign(store);
    const atMs = { b: 10, c: 20, a: 30, d: 30 };
    for (const [id, nowMs] of Object.entries(atMs)) {
      await report(store, id, { type: "crash", nowMs });
    }
    await execute(store, { type: "retry_task", taskId: "c", note: undefined, nowMs: 40 });

    const waiting = async (limit: number): Promise<string[]> =>
      (await store.openInterrupts(limit)).map((interrupt) => interrupt.taskId);
    expect(await waiting(10)).toEqual(["b", "a", "d"]);
    expect(await waiting(1)).toEqual(["b"]);
  },

  "work is merged in the order in which its checks passed": async (store) => {
    await add(
      store,
      ["a", "b", "c", "d"].map((id) => aTask({ id, merges: true })),
    );
    await assign(store);
    const passedAtMs = { c: 10, a: 20, b: 20, d: 30 };
    for (const [id, nowMs] of Object.entries(passedAtMs)) await work(store, id, nowMs);
    const queue = async (limit: number): Promise<string[]> =>
      (await store.mergeQueue(limit)).map((entry) => entry.attempt.id);

    expect(await queue(10)).toEqual(["c-1", "a-1", "b-1", "d-1"]);
    expect(await queue(2)).toEqual(["c-1", "a-1"]);
    const epoch = (await store.task("c"))?.epoch ?? 0;
    const merged = { type: "complete_merge", taskId: "c", epoch, mergedCommit: "m" } as const;
    await execute(store, { ...merged, nowMs: 40 });
    expect(await queue(10)).toEqual(["a-1", "b-1", "d-1"]);
  },

  "an attempt that passed before its task was cancelled is not merged later": async (store) => {
    await add(store, [aTask({ id: "one", merges: true })]);
    await assign(store);
    await work(store, "one");
    const taskId = "one";
    await execute(store, { type: "cancel_task", taskId, dependents: "wait", nowMs: 10 });
    await execute(store, { type: "retry_task", taskId, note: undefined, nowMs: 20 });
    await assign(store);
    for (const type of ["prepare", "start", "finish"] as const)
      await report(store, taskId, { type });

    expect(await store.task(taskId)).toMatchObject({ state: "awaiting_qa" });
    expect(await store.mergeQueue(10)).toEqual([]);
  },

  "events are followed from any number on, and by task": async (store) => {
    await add(store, ["one", "two"]);
    await assign(store);
    const all = await store.events("queue", 0, 100);

    expect(all.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await store.events("queue", 2, 3)).toEqual(all.slice(2, 5));
    expect(await store.events("queue", 7, 3)).toEqual([]);
    expect(await store.events("queue", 99, 3)).toEqual([]);
    expect(await store.lastSeq("queue")).toBe(7);
    const ofTwo = all.filter((event) => "taskId" in event && event.taskId === "two");
    expect(await store.eventsOfTask("two")).toEqual(ofTwo);
  },
};
