import { assert, nat, property, record, array, constantFrom } from "fast-check";
import { expect, test } from "vitest";
import { archivableTasks, compacted } from "./archive.ts";
import { decide } from "./decide.ts";
import { evolveAll } from "./evolve.ts";
import { EMPTY_STATE } from "./state.ts";
import { TASK_STATES } from "./task.ts";
import { aDefinition, anAttempt, aState, aTask } from "./testing/builders.ts";
import * as steps from "./testing/steps.ts";

const LATER_MS = 100_000;

function ended(id: string, given: Partial<Parameters<typeof aTask>[0]> = {}) {
  return aTask({ id, state: "complete", endedAtMs: 10, ...given });
}

test("a task leaves when it ended before the time, and no other does", () => {
  const others = TASK_STATES.filter(
    (state) => !["complete", "abandoned", "cancelled"].includes(state),
  );
  const tasks = [
    ended("complete"),
    ended("abandoned", { state: "abandoned" }),
    ended("cancelled", { state: "cancelled" }),
    ended("late", { endedAtMs: 20 }),
    ...others.map((state) => aTask({ id: state, state })),
  ];
  expect(archivableTasks(tasks, 20).toSorted()).toEqual(["abandoned", "cancelled", "complete"]);
});

test("a complete task leaves although others that stay waited for it", () => {
  const tasks = [ended("first"), aTask({ id: "second", state: "active", dependsOn: ["first"] })];
  expect(archivableTasks(tasks, 20)).toEqual(["first"]);
});

test("what will not complete stays as long as anything that waited for it, however far", () => {
  const abandoned = { state: "abandoned" } as const;
  const tasks = [
    ended("a", abandoned),
    ended("b", { ...abandoned, dependsOn: ["a"] }),
    ended("c", { ...abandoned, dependsOn: ["b"], endedAtMs: 99 }),
    ended("other", abandoned),
  ];
  expect(archivableTasks(tasks, 20)).toEqual(["other"]);
  expect(archivableTasks(tasks, 100).toSorted()).toEqual(["a", "b", "c", "other"]);
});

test("tasks leave in an order in which each part of them may leave alone", () => {
  const someTasks = array(
    record({
      state: constantFrom(...TASK_STATES),
      endedAtMs: nat(40),
      waitsFor: array(nat(10), { maxLength: 3 }),
    }),
    { maxLength: 12 },
  );
  assert(
    property(someTasks, nat(4), (given, partSize) => {
      const tasks = given.map(({ waitsFor, ...facts }, index) =>
        aTask({
          ...facts,
          id: `t${index}`,
          dependsOn: waitsFor.filter((other) => other < index).map((other) => `t${other}`),
        }),
      );
      let state = aState(tasks);
      const leaving = archivableTasks(tasks, 20);
      for (let start = 0; start < leaving.length; start += partSize + 1) {
        const part = leaving.slice(start, start + partSize + 1);
        const decision = decide(state, steps.archive(part, 20)(state));
        if (decision.kind === "refused") throw new Error(decision.message);
        state = evolveAll(state, decision.events);
      }
      expect(archivableTasks([...state.tasks.values()], 20)).toEqual([]);
      const left = [...state.tasks.values()].flatMap((task) => task.dependsOn);
      expect(left.filter((id) => !state.tasks.has(id))).toEqual([]);
    }),
  );
});

test("a task takes along its attempts and its questions, and leaves those of others", () => {
  const state = steps.after(
    steps.add("one", "two"),
    ...steps.pass("one"),
    steps.merge("one"),
    steps.end("two", "auth"),
    steps.cancel("two"),
    steps.archive(["two"], LATER_MS),
  );
  expect([...state.tasks.keys()]).toEqual(["one"]);
  expect([...state.attempts.keys()]).toEqual(["one-1"]);
  expect(state.interrupts.size).toBe(0);
});

test("whoever stays forgets that it waited for a task that has left", () => {
  const state = steps.after(
    steps.add("one", aDefinition({ id: "two", dependsOn: ["one"] })),
    ...steps.pass("one"),
    steps.merge("one"),
    steps.archive(["one"], LATER_MS),
  );
  expect(state.tasks.get("two")).toMatchObject({
    state: "ready",
    dependsOn: [],
    pendingDependencies: 0,
  });
});

test.each([
  ["that is not there", "none", "TASK_NOT_FOUND"],
  ["that goes on", "active", "ILLEGAL_TRANSITION"],
  ["that ended too late", "late", "ILLEGAL_TRANSITION"],
  ["whose agent is being stopped", "stopping", "ILLEGAL_TRANSITION"],
  ["that another still depends on", "abandoned", "ILLEGAL_TRANSITION"],
])("with a task %s, none leaves", (_which, id, code) => {
  const tasks = [
    ended("fine"),
    aTask({ id: "active", state: "active" }),
    ended("late", { endedAtMs: 20 }),
    ended("stopping", { state: "cancelled", attemptCount: 1 }),
    ended("abandoned", { state: "abandoned" }),
    ended("waited", { state: "abandoned", dependsOn: ["abandoned"] }),
  ];
  const attempt = anAttempt({ id: "stopping-1", taskId: "stopping", state: "running" });
  const state = aState(tasks, [attempt]);
  expect(decide(state, steps.archive(["fine", id], 20)(state))).toMatchObject({ code });
});

test("a log without what has left keeps who came back under the same id", () => {
  const first = steps.after(steps.add("one", "two"), steps.cancel("one"));
  const again = steps.from(first, steps.archive(["one"], LATER_MS), steps.add("one"));
  const log = [
    ...steps.eventsOf(EMPTY_STATE, steps.add("one", "two")),
    ...steps.eventsOf(steps.after(steps.add("one", "two")), steps.cancel("one")),
    ...steps.eventsOf(first, steps.archive(["one"], LATER_MS)),
    ...steps.eventsOf(steps.from(first, steps.archive(["one"], LATER_MS)), steps.add("one")),
  ];
  expect(evolveAll(EMPTY_STATE, log)).toEqual(again);
  const kept = compacted(log);
  expect(evolveAll(EMPTY_STATE, kept)).toEqual(again);
  const types = kept.filter((event) => "taskId" in event && event.taskId === "one");
  expect(types.map(({ type }) => type)).toEqual(["task_added", "task_readied"]);
});

test("who left one run takes nobody along who came to another under its id, read in any order", () => {
  const other = { type: "create_run", runId: "another", objective: "Do it.", nowMs: 1 } as const;
  const one = { type: "add_tasks", runId: "another", tasks: [aDefinition({ id: "one" })] } as const;
  const left = steps.after(() => other, steps.add("one"), steps.cancel("one"));
  const gone = steps.eventsOf(left, steps.archive(["one"], LATER_MS));
  const came = steps.eventsOf(evolveAll(left, gone), () => ({ ...one, nowMs: LATER_MS }));
  const state = evolveAll(left, [...gone, ...came]);
  expect(state.tasks.get("one")).toMatchObject({ runId: "another", state: "ready" });
  expect(evolveAll(state, gone)).toEqual(state);
});

test("of all that has left, one event of a run is kept", () => {
  let state = steps.after(steps.add("a", "b", "c"));
  const log = [...steps.eventsOf(EMPTY_STATE, steps.add("a", "b", "c"))];
  for (const id of ["a", "b", "c"]) {
    for (const step of [steps.cancel(id), steps.archive([id], LATER_MS)]) {
      const events = steps.eventsOf(state, step);
      log.push(...events);
      state = evolveAll(state, events);
    }
  }
  expect(compacted(log).map(({ type }) => type)).toEqual(["run_created", "tasks_archived"]);
});
