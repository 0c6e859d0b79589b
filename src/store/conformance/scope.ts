import { expect } from "vitest";
import { scopeOf } from "../../core/scope.ts";
import { execute } from "../execute.ts";
import { aTask, add, AGENT, assign, loaded, report, work } from "./builders.ts";
import type { Promises } from "./suite.ts";

/** A decision sees what its scope names, and no more. */
export const scopePromises: Promises = {
  "an empty scope shows nothing": async (store) => {
    await add(store, ["one"]);
    const { runs, tasks, attempts, interrupts } = await loaded(store, {});
    expect([runs.size, tasks.size, attempts.size, interrupts.size]).toEqual([0, 0, 0, 0]);
  },

  "runs are shown by id, and those that are not there are not": async (store) => {
    await add(store, ["one"]);
    const { runs } = await loaded(store, { runIds: ["queue", "missing"] });
    expect([...runs.keys()]).toEqual(["queue"]);
  },

  "a task is shown with its latest attempt and its open question alone": async (store) => {
    await add(store, ["one", "two"]);
    for (const nowMs of [10, 20]) {
      await assign(store, { nowMs });
      await report(store, "one", { type: "crash", nowMs });
      if (nowMs === 20) break;
      await execute(store, { type: "retry_task", taskId: "one", note: "Again.", nowMs });
    }
    const state = await loaded(store, { taskIds: ["one", "missing"] });

    expect([...state.tasks.keys()]).toEqual(["one"]);
    expect([...state.attempts.keys()]).toEqual(["one-2"]);
    expect([...state.interrupts.values()]).toMatchObject([{ taskId: "one", openedAtMs: 20 }]);
    expect(await store.attemptsOf("one")).toHaveLength(2);
  },

  "dependents are shown one step far, or as far as they go": async (store) => {
    const fan = Array.from({ length: 600 }, (_, index) => `fan-${index}`);
    const chain = Array.from({ length: 50 }, (_, index) => `chain-${index}`);
    await add(store, [
      "root",
      ...fan.map((id) => aTask({ id, dependsOn: ["root"] })),
      aTask({ id: "both", dependsOn: ["fan-0", "fan-599", "root"] }),
      ...chain.map((id, index) =>
        aTask({ id, dependsOn: index === 0 ? ["both"] : [`chain-${index - 1}`, "root"] }),
      ),
      "apart",
    ]);

    const direct = await loaded(store, { taskIds: ["root"], dependents: "direct" });
    expect([...direct.tasks.keys()].toSorted()).toEqual(
      ["root", "both", ...fan, ...chain.slice(1)].toSorted(),
    );
    const all = await loaded(store, { taskIds: ["fan-599"], dependents: "all" });
    expect([...all.tasks.keys()].toSorted()).toEqual(["fan-599", "both", ...chain].toSorted());
    const alone = await loaded(store, { taskIds: ["root"] });
    expect([...alone.tasks.keys()]).toEqual(["root"]);
  },

  "dependencies are shown of the tasks that are named": async (store) => {
    await add(store, [
      "one",
      "two",
      aTask({ id: "three", dependsOn: ["one", "two"] }),
      aTask({ id: "four", dependsOn: ["three"] }),
    ]);
    const { tasks } = await loaded(store, { taskIds: ["three"], dependencies: true });
    expect([...tasks.keys()].toSorted()).toEqual(["one", "three", "two"]);
  },

  "links follow a task that takes another's place": async (store) => {
    await add(store, ["old", aTask({ id: "waits", dependsOn: ["old"] })]);
    await assign(store);
    await report(store, "old", { type: "crash" });
    const task = aTask({ id: "new" });
    await execute(store, { type: "replace_task", taskId: "old", task, nowMs: 4_000 });

    const ofNew = await loaded(store, { taskIds: ["new"], dependents: "direct" });
    expect([...ofNew.tasks.keys()].toSorted()).toEqual(["new", "waits"]);
    const ofOld = await loaded(store, { taskIds: ["old"], dependents: "direct" });
    expect([...ofOld.tasks.keys()]).toEqual(["old"]);
    expect(await store.task("waits")).toMatchObject({ dependsOn: ["new"] });
  },

  "an assignment sees the most urgent ready tasks of each agent, in their order": async (store) => {
    const MINUTE = 60_000;
    await add(store, [aTask({ id: "late" }), aTask({ id: "urgent", priority: 9 })], 30 * MINUTE);
    await add(store, [aTask({ id: "early" }), aTask({ id: "b-early" })], 20 * MINUTE);
    // Two points of priority are worth twenty minutes of waiting, and the older one goes first.
    await add(store, [aTask({ id: "even", priority: 2 })], 40 * MINUTE);
    await add(store, [
      aTask({ id: "other", agent: "other" }),
      aTask({ id: "third", agent: "3rd" }),
    ]);
    await add(store, [aTask({ id: "waits", dependsOn: ["late"] })]);
    const assignment = { agents: [AGENT, "other", "unknown"], headPerAgent: 4 };

    const { tasks } = await loaded(store, { assignment });
    expect([...tasks.keys()]).toEqual(["urgent", "b-early", "early", "even", "other"]);
  },

  "an assignment sees every live attempt and no parked task": async (store) => {
    await add(store, ["done", "parked", "running", "stopping"]);
    await assign(store);
    await add(store, ["ready"]);
    await work(store, "done");
    await report(store, "parked", { type: "park", jitter: 0.123 });
    const cancel = { type: "cancel_task", dependents: "wait", nowMs: 5_000 } as const;
    await execute(store, { ...cancel, taskId: "stopping" });

    const state = await loaded(store, { assignment: { agents: [AGENT], headPerAgent: 10 } });
    expect([...state.tasks.keys()]).toEqual(["ready"]);
    expect([...state.attempts.keys()].toSorted()).toEqual(["running-1", "stopping-1"]);
  },

  "an assignment sees no paused task, and nobody waits for one": async (store) => {
    await add(store, ["paused", "ready"]);
    await execute(store, { type: "pause_task", taskId: "paused", nowMs: 5_000 });
    const wanted = { type: "assign", nodes: [], agentLimits: {}, nowMs: 6_000 } as const;
    const { dueParked } = scopeOf(wanted);
    const assignment = { agents: [AGENT], headPerAgent: 10 };
    const seen = async (): Promise<string[]> => [
      ...(await loaded(store, { assignment, ...(dueParked ? { dueParked } : {}) })).tasks.keys(),
    ];
    expect(await seen()).toEqual(["ready"]);
    await execute(store, { type: "resume_task", taskId: "paused", nowMs: 7_000 });
    expect(await seen()).toEqual(["paused", "ready"]);
  },

  "parked tasks are shown when they are due, the one that waits longest first": async (store) => {
    await add(store, ["a", "b", "c"]);
    await assign(store);
    await report(store, "a", { type: "park", nowMs: 9_000, jitter: 0.4567 });
    await report(store, "b", { type: "park", nowMs: 3_000 });
    await report(store, "c", { type: "park", nowMs: 6_000 });
    const dueMs = (await store.task("a"))?.parkedUntilMs ?? 0;

    const due = async (nowMs: number, limit: number): Promise<string[]> => [
      ...(await loaded(store, { dueParked: { nowMs, limit } })).tasks.keys(),
    ];
    expect(await due(60_000, 10)).toEqual([]);
    expect(await due(Math.ceil(dueMs) - 1, 10)).toEqual(["b", "c"]);
    expect(await due(Math.ceil(dueMs), 10)).toEqual(["b", "c", "a"]);
    expect(await due(Math.ceil(dueMs), 1)).toEqual(["b"]);
    expect(await due(Number.MAX_SAFE_INTEGER, 1)).toEqual(["b"]);
  },
};
