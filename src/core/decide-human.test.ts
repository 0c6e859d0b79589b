import { describe, expect, test } from "vitest";
import { decide } from "./decide.ts";
import type { State } from "./state.ts";
import { aDefinition } from "./testing/builders.ts";
import {
  abandon,
  add,
  after,
  assign,
  at,
  cancel,
  end,
  extend,
  finish,
  from,
  merge,
  NOW_MS,
  pass,
  replace,
  retry,
  run,
  timeOut,
  type Step,
} from "./testing/steps.ts";

/** A task in each state in which it can rest. */
const RESTING: Record<string, State> = {
  planned: after(add(aDefinition({ dependsOn: ["first"] }), "first")),
  ready: after(add("task")),
  active: after(add("task"), ...run()),
  awaiting_qa: after(add("task"), ...run(), finish()),
  complete: after(add("task"), ...pass(), merge()),
  waiting_human: after(add("task"), ...run(), end("task", "auth")),
  abandoned: after(add("task"), abandon()),
  cancelled: after(add("task"), cancel()),
};

const ACCEPTED: [string, Step, readonly string[]][] = [
  ["cancelled", cancel(), ["planned", "ready", "active", "awaiting_qa", "waiting_human"]],
  ["abandoned", abandon(), ["planned", "ready", "active", "awaiting_qa", "waiting_human"]],
  ["retried", retry(), ["waiting_human", "abandoned", "cancelled"]],
  ["given more time", extend(), ["planned", "ready", "active", "awaiting_qa", "waiting_human"]],
  ["called timed out", timeOut(), ["active"]],
  ["replaced", replace("task", aDefinition({ id: "other" })), ["waiting_human"]],
];

test.each(ACCEPTED)("a task can be %s from these states and no others", (_name, step, states) => {
  const outcomes = Object.entries(RESTING).map(([name, state]) => [name, outcome(state, step)]);
  expect(Object.fromEntries(outcomes)).toEqual(
    Object.fromEntries(
      Object.keys(RESTING).map((name) => [
        name,
        states.includes(name) ? "accepted" : "ILLEGAL_TRANSITION",
      ]),
    ),
  );
});

test.each(ACCEPTED)("a task that is not there cannot be %s", (_name, step) => {
  expect(outcome(after(add("another")), step)).toBe("TASK_NOT_FOUND");
});

describe("cancelling", () => {
  test("takes the task from its attempt, and has that stopped", () => {
    const state = after(add("task"), ...run(), cancel());
    expect(state.tasks.get("task")).toMatchObject({ state: "cancelled", endedAtMs: NOW_MS });
    expect(state.attempts.get("task-1")).toMatchObject({ state: "running", isStopping: true });
    expect(state.tasks.get("task")?.epoch).toBeGreaterThan(
      state.attempts.get("task-1")?.epoch ?? 0,
    );
  });

  test("closes the task's question", () => {
    const state = after(add("task"), ...run(), end("task", "auth"), at(9_000, cancel()));
    expect([...state.interrupts.values()]).toMatchObject([
      { closedAtMs: 9_000, answer: { kind: "cancel" } },
    ]);
  });

  test("asks about each task that waits for it", () => {
    const state = after(add("task", ...waiting("b", "task"), ...waiting("c", "b")), cancel());
    expect(statesOf(state)).toEqual({ task: "cancelled", b: "waiting_human", c: "planned" });
    expect([...state.interrupts.values()]).toMatchObject([
      { taskId: "b", question: expect.stringContaining("task"), closedAtMs: undefined },
    ]);
  });

  test("takes along all that wait for it, if that is wanted", () => {
    const graph = [...waiting("b", "task"), ...waiting("c", "b", "task"), ...waiting("d", "c")];
    const state = after(add("task", "other", ...graph), cancel("task", "abandon"));
    expect(statesOf(state)).toEqual({
      task: "cancelled",
      other: "ready",
      b: "abandoned",
      c: "abandoned",
      d: "abandoned",
    });
  });
});

describe("retrying", () => {
  const asked = after(add("task"), ...run(), end("task", "auth"));

  test("gives a task all its retries again, and the next attempt the person's words", () => {
    const state = from(asked, at(9_000, retry("task", "Log in first.")));
    expect(state.tasks.get("task")).toMatchObject({
      state: "ready",
      failureCount: 0,
      lossCount: 0,
      waitCount: 0,
      humanNote: "Log in first.",
      readyAtMs: 9_000,
      endedAtMs: undefined,
    });
    expect([...state.interrupts.values()]).toMatchObject([
      { closedAtMs: 9_000, answer: { kind: "retry", note: "Log in first." } },
    ]);
  });

  test("ends the wait for a person, and its reason with it", () => {
    expect(asked.tasks.get("task")?.waitReason).toBeDefined();
    expect(from(asked, retry()).tasks.get("task")?.waitReason).toBeUndefined();
  });

  test("lets a parked task in before its time", () => {
    const parked = after(add("task"), ...run(), end("task", "quota"));
    expect(parked.tasks.get("task")?.parkedUntilMs).toBeDefined();
    expect(from(parked, retry("task", "I have bought more.")).tasks.get("task")).toMatchObject({
      state: "ready",
      parkedUntilMs: undefined,
      waitReason: undefined,
      humanNote: "I have bought more.",
    });
  });

  test("waits until the last attempt's processes are dead", () => {
    const stopping = after(add("task"), ...run(), cancel());
    expect(outcome(stopping, retry())).toBe("ILLEGAL_TRANSITION");
    const dead = from(stopping, end("task", "cancelled"));
    expect(from(dead, retry()).tasks.get("task")?.state).toBe("ready");
  });

  test("drops the dependencies that will not complete", () => {
    const tasks = [...waiting("b", "task", "gone"), "task", "gone"];
    const state = after(add(...tasks), cancel("gone"), retry("b"));
    expect(state.tasks.get("b")).toMatchObject({
      state: "planned",
      dependsOn: ["task"],
      pendingDependencies: 1,
      waitReason: undefined,
    });
    const ready = from(state, cancel("task", "wait"), retry("b"));
    expect(ready.tasks.get("b")).toMatchObject({ state: "ready", dependsOn: [] });
  });

  test("keeps waiting for a dependency that was itself retried", () => {
    const state = after(add("task", ...waiting("b", "task")), cancel(), retry(), retry("b"));
    expect(statesOf(state)).toEqual({ task: "ready", b: "planned" });
    const done = from(state, ...pass(), merge());
    expect(statesOf(done)).toEqual({ task: "complete", b: "ready" });
  });
});

describe("replacing", () => {
  const asked = after(
    add("task", ...waiting("b", "task"), ...waiting("c", "b"), "other"),
    assign({ nodes: [{ id: "node", capacity: 2, agents: ["script"] }] }),
    end("task", "auth"),
  );

  test("puts the new task where the old one was", () => {
    const state = from(asked, replaced());
    expect(statesOf(state)).toMatchObject({ task: "abandoned", new: "ready", b: "planned" });
    expect(state.tasks.get("b")).toMatchObject({ dependsOn: ["new"], pendingDependencies: 1 });
    expect([...state.interrupts.values()]).toMatchObject([
      { answer: { kind: "spawn", spawnedTaskId: "new" } },
    ]);
    expect(from(state, ...pass("new"), merge("new")).tasks.get("b")?.state).toBe("ready");
  });

  test("lets the new task wait for others, each counted once", () => {
    const state = from(asked, replaced("other", "other"));
    expect(state.tasks.get("new")).toMatchObject({ state: "planned", pendingDependencies: 1 });
  });

  test.each([["task"], ["b"], ["c"]])("refuses a task that waits for %s, as for itself", (id) => {
    expect(outcome(asked, replaced(id))).toBe("DEPENDENCY_CYCLE");
  });

  test.each<[string, Parameters<typeof aDefinition>[0], string]>([
    ["an id that is taken", { id: "other" }, "DUPLICATE_ID"],
    ["its own id", { id: "task" }, "DUPLICATE_ID"],
    ["a hostile id", { id: "../x" }, "INVALID_ID"],
    ["a missing dependency", { id: "new", dependsOn: ["no"] }, "DEPENDENCY_NOT_FOUND"],
    ["itself to wait for", { id: "new", dependsOn: ["new"] }, "DEPENDENCY_CYCLE"],
  ])("refuses a task with %s", (_name, given, code) => {
    expect(outcome(asked, replace("task", aDefinition(given)))).toBe(code);
  });
});

function replaced(...dependsOn: string[]): Step {
  return replace("task", aDefinition({ id: "new", dependsOn }));
}

function waiting(id: string, ...dependsOn: string[]): [ReturnType<typeof aDefinition>] {
  return [aDefinition({ id, dependsOn })];
}

function statesOf(state: State): Record<string, string> {
  return Object.fromEntries([...state.tasks.values()].map((task) => [task.id, task.state]));
}

function outcome(state: State, step: Step): string {
  const decision = decide(state, step(state));
  return decision.kind === "refused" ? decision.code : decision.kind;
}
