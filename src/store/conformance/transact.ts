import { expect } from "vitest";
import { accept, refuse } from "../../core/decision.ts";
import { execute } from "../execute.ts";
import { aTask, add, assign, loaded } from "./builders.ts";
import type { Promises } from "./suite.ts";

/** Decisions are kept whole or not at all, in one order. */
export const transactPromises: Promises = {
  "events and what they change are there together": async (store) => {
    const events = await add(store, ["one"]);

    expect(events.map((event) => [event.seq, event.type])).toEqual([
      [1, "run_created"],
      [2, "task_added"],
      [3, "task_readied"],
    ]);
    expect(await store.events("queue", 0, 10)).toEqual(events);
    expect(await store.task("one")).toMatchObject({ state: "ready", readyAtMs: 1_000 });
  },

  "a refusal is handed back and changes nothing": async (store) => {
    await add(store, ["one"]);
    const outcome = await store.transact({}, () => refuse("FENCED", "Too late."));

    expect(outcome).toEqual({ kind: "refused", code: "FENCED", message: "Too late." });
    expect(await store.lastSeq("queue")).toBe(3);
  },

  "a decision that throws changes nothing, and others at the same time are kept": async (store) => {
    await add(store, ["zero"]);
    const outcomes = await Promise.allSettled([
      add(store, ["one"]),
      store.transact({}, () => {
        throw new TypeError("a bug");
      }),
      add(store, ["two"]),
    ]);

    expect(outcomes.map((outcome) => outcome.status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(outcomes[1]).toMatchObject({ reason: new TypeError("a bug") });
    expect(await store.taskIdsWithPrefix("", 10)).toEqual(["one", "two", "zero"]);
    expect(await store.lastSeq("queue")).toBe(7);
  },

  "what one decision has wrong is not the fault of others": async (store) => {
    await add(store, ["zero"]);
    // Some stores have no place for a part of a millisecond.
    const [before, , after] = await Promise.allSettled([
      add(store, ["one"]),
      add(store, ["two"], 1.5),
      add(store, ["three"]),
    ]);
    expect([before.status, after.status]).toEqual(["fulfilled", "fulfilled"]);
    expect(await store.taskIdsWithPrefix("", 10)).toEqual(
      expect.arrayContaining(["one", "three", "zero"]),
    );
  },

  "an event that the store cannot keep takes those before it along": async (store) => {
    await add(store, ["one"]);
    const common = { atMs: 1, taskId: "one" };
    const impossible = store.transact({ taskIds: ["one"] }, () =>
      accept([
        { type: "task_cancelled", runId: "queue", ...common },
        { type: "task_unparked", runId: "no-such-run", ...common },
      ]),
    );

    await expect(impossible).rejects.toThrow("no-such-run");
    expect(await store.task("one")).toMatchObject({ state: "ready" });
    expect(await store.lastSeq("queue")).toBe(3);
  },

  "a decision without events commits nothing": async (store) => {
    expect(await store.transact({}, () => accept([]))).toEqual({ kind: "committed", events: [] });
    expect(await store.lastSeq("queue")).toBe(0);
  },

  "an assignment at the same time as an end uses the slot that is free then": async (store) => {
    await add(store, [aTask({ id: "one", priority: 1 }), "two"]);
    const [first] = await assign(store, { capacity: 1 });
    const [, placed] = await Promise.all([
      execute(store, {
        type: "return_attempt",
        attemptId: "one-1",
        epoch: first?.epoch ?? 0,
        reason: "The node is full.",
        jitter: 0,
        nowMs: 3_000,
      }),
      assign(store, { capacity: 1 }),
    ]);
    expect(placed).toMatchObject([{ attemptId: "one-2" }]);
  },

  "an assignment at the same time as a cancellation finds the next task": async (store) => {
    await add(store, [aTask({ id: "first", priority: 1 }), "second"]);
    const cancel = { type: "cancel_task", taskId: "first", dependents: "wait", nowMs: 1 } as const;
    const [, placed] = await Promise.all([execute(store, cancel), assign(store, { capacity: 1 })]);
    expect(placed).toMatchObject([{ attemptId: "second-1" }]);
  },

  "an assignment at the same time as a pause finds the next task": async (store) => {
    await add(store, [aTask({ id: "first", priority: 1 }), "second"]);
    const pause = { type: "pause_task", taskId: "first", nowMs: 1_500 } as const;
    const [, placed] = await Promise.all([execute(store, pause), assign(store, { capacity: 1 })]);
    expect(placed).toMatchObject([{ attemptId: "second-1" }]);
  },

  "an assignment at the same time as an addition finds what was added": async (store) => {
    await add(store, ["less"]);
    const [, placed] = await Promise.all([
      add(store, [aTask({ id: "more", priority: 1 })]),
      assign(store, { capacity: 1 }),
    ]);
    expect(placed).toMatchObject([{ attemptId: "more-1" }]);
  },

  "each of many decisions at once sees all that came before it": async (store) => {
    await add(store, ["first"]);
    const adders = Array.from({ length: 100 }, async (_, index) =>
      execute(store, {
        type: "add_tasks",
        runId: "queue",
        // Every second one asks for an id that is taken by the one before it.
        tasks: [aTask({ id: `task-${Math.floor(index / 2)}` })],
        nowMs: 1,
      }),
    );
    const outcomes = await Promise.all(adders);

    expect(outcomes.filter((outcome) => outcome.kind === "committed")).toHaveLength(50);
    const committed = outcomes.flatMap((outcome) =>
      outcome.kind === "committed" ? outcome.events : [],
    );
    const log = await store.events("queue", 3, 1_000);
    expect(log).toEqual(committed.toSorted((a, b) => a.seq - b.seq));
    expect(log.map((event) => event.seq)).toEqual(log.map((_, index) => index + 4));
  },

  "runs are counted apart, without gaps": async (store) => {
    for (const runId of ["a", "b"]) {
      await execute(store, { type: "create_run", runId, objective: `Do ${runId}.`, nowMs: 5 });
    }
    const adding = Array.from({ length: 40 }, async (_, index) => {
      const runId = index % 3 === 0 ? "a" : "b";
      const tasks = [aTask({ id: `task-${index}` })];
      return execute(store, { type: "add_tasks", runId, tasks, nowMs: 1 });
    });
    await Promise.all(adding);

    expect(await store.run("a")).toEqual({ id: "a", objective: "Do a.", createdAtMs: 5 });
    for (const [runId, count] of [
      ["a", 29],
      ["b", 53],
    ] as const) {
      const seqs = (await store.events(runId, 0, 1_000)).map((event) => event.seq);
      expect(seqs).toEqual(Array.from({ length: count }, (_, index) => index + 1));
      expect(await store.lastSeq(runId)).toBe(count);
    }
  },

  "a thousand tasks are added in one command": async (store) => {
    const tasks = Array.from({ length: 1_000 }, (_, index) =>
      aTask({ id: `task-${index}`, dependsOn: index === 0 ? [] : [`task-${index - 1}`] }),
    );
    const events = await add(store, tasks);

    expect(events).toHaveLength(1_002);
    expect(await store.countTasks()).toMatchObject({ ready: 1, planned: 999 });
    const { tasks: all } = await loaded(store, { taskIds: ["task-0"], dependents: "all" });
    expect(all.size).toBe(1_000);
  },

  "any text comes back as it was given": async (store) => {
    const texts = [
      "a\0b",
      "👩‍🚀",
      `'"\`;--`,
      "\uD800 alone",
      "\u2028\uFEFF",
      "é",
      "x".repeat(100_000),
    ];
    await add(
      store,
      texts.map((prompt, index) => aTask({ id: `task-${index}`, prompt, title: prompt })),
    );

    for (const [index, prompt] of texts.entries()) {
      expect(await store.task(`task-${index}`)).toMatchObject({ prompt, title: prompt });
      const [added] = await store.eventsOfTask(`task-${index}`);
      expect(added).toMatchObject({ definition: { prompt } });
    }
  },
};
