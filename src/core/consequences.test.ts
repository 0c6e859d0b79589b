import { describe, expect, test } from "vitest";
import type { Event } from "./events.ts";
import { FAILURE_CLASSES, policyOf, type Failure } from "./failure.ts";
import { MAX_LOSSES, MAX_WAITS } from "./retry.ts";
import type { State } from "./state.ts";
import { aDefinition, aState, anAttempt, aTask } from "./testing/builders.ts";
import {
  add,
  after,
  assign,
  cancel,
  end,
  eventsOf,
  from,
  merge,
  NOW_MS,
  pass,
  retry,
  run,
  unpark,
  at,
} from "./testing/steps.ts";

describe("when a task completes", () => {
  test("its dependents are ready in the same decision", () => {
    const state = after(
      add(
        "task",
        aDefinition({ id: "b", dependsOn: ["task"] }),
        aDefinition({ id: "c", dependsOn: ["b"] }),
      ),
      ...pass(),
    );
    expect(eventsOf(state, merge()).map(told)).toEqual([
      "task_completed task",
      "dependency_satisfied b",
      "task_readied b",
    ]);
  });

  test("a dependent of many is ready with the last of them, and not before", () => {
    const ids = Array.from({ length: 200 }, (_, index) => `part-${index}`);
    let state = after(add(...ids, aDefinition({ dependsOn: ids })), assign({ nodes: roomy(200) }));
    for (const id of ids) {
      expect(state.tasks.get("task")?.state).toBe("planned");
      state = from(state, ...pass(id).slice(1), merge(id));
    }
    expect(state.tasks.get("task")).toMatchObject({ state: "ready", pendingDependencies: 0 });
  });

  test("all that waited for it alone are ready at once", () => {
    const fan = Array.from({ length: 50 }, (_, index) =>
      aDefinition({ id: `fan-${index}`, dependsOn: ["task"] }),
    );
    const state = after(add("task", ...fan), ...pass(), merge());
    const ready = [...state.tasks.values()].filter((task) => task.state === "ready");
    expect(ready).toHaveLength(50);
  });

  test("a dependent that waits for a person counts it, and stays with the person", () => {
    const waiting = aDefinition({ id: "b", dependsOn: ["task"] });
    const state = after(add("task", waiting), cancel(), retry(), ...pass(), merge());
    expect(state.tasks.get("b")).toMatchObject({ state: "waiting_human", pendingDependencies: 0 });
    expect(from(state, retry("b")).tasks.get("b")?.state).toBe("ready");
  });
});

describe("when an attempt fails", () => {
  const running = after(add("task"), ...run());

  test.each(FAILURE_CLASSES)("with %s, what follows is what that costs", (failureClass) => {
    const state = from(running, end("task", failureClass));
    const { costs } = policyOf(failureClass);
    const expected = {
      retry: "ready",
      wait: "ready",
      loss: "ready",
      human: "waiting_human",
    };
    expect(state.tasks.get("task")).toMatchObject({
      state: expected[costs],
      failure: { class: failureClass },
      failureCount: costs === "retry" ? 1 : 0,
      lossCount: costs === "loss" ? 1 : 0,
      waitCount: costs === "wait" ? 1 : 0,
    });
  });

  test("its retries are used up one by one, and then a person is asked", () => {
    const limits = { timeoutMs: 1, stallMs: 0, maxRetries: 2 };
    const fails = [...run(), end("task", "check_failed")];
    const state = after(add(aDefinition({ limits })), ...fails, ...fails);
    expect(state.tasks.get("task")?.state).toBe("ready");
    expect(from(state, ...fails).tasks.get("task")).toMatchObject({
      state: "waiting_human",
      attemptCount: 3,
      failureCount: 3,
    });
  });

  test("each question has an id of its own", () => {
    const asks = [...run(), end("task", "auth")];
    const state = after(add("task"), ...asks, retry(), ...asks, retry(), ...asks);
    expect(state.interrupts.size).toBe(3);
    expect(
      [...state.interrupts.values()].filter((one) => one.closedAtMs === undefined),
    ).toHaveLength(1);
  });

  test(`after ${MAX_LOSSES} losses in a row a person is asked`, () => {
    const loses = [...run(), end("task", "node_lost")];
    const state = after(add("task"), ...loses, ...loses);
    expect(state.tasks.get("task")).toMatchObject({
      state: "ready",
      lossCount: 2,
      failureCount: 0,
    });
    expect(from(state, ...loses).tasks.get("task")?.state).toBe("waiting_human");
  });

  test("a failure of another kind ends a row of losses", () => {
    const loses = [...run(), end("task", "node_lost")];
    const state = after(
      add("task"),
      ...loses,
      ...loses,
      ...run(),
      end("task", "timeout"),
      ...loses,
    );
    expect(state.tasks.get("task")).toMatchObject({ state: "ready", lossCount: 1 });
  });

  test("a usage limit parks the task until its reset, and burns no retry", () => {
    const quota = { class: "quota", message: "Usage limit.", resetAtMs: 60_000 } as const;
    const state = from(running, end("task", quota));
    expect(state.tasks.get("task")).toMatchObject({
      state: "ready",
      failureCount: 0,
      parkedUntilMs: 65_000,
      waitReason: "Usage limit.",
    });
    expect(eventsOf(state, at(64_999, unpark()))).toEqual([]);
    const again = from(state, at(65_000, unpark()), at(65_000, assign()));
    expect(again.tasks.get("task")?.state).toBe("active");
  });

  test("with several agents, a usage limit parks the task only when all have met theirs", () => {
    const several = add(aDefinition({ agent: "script", fallbackAgents: ["other"] }));
    const nodes = [{ id: "node", capacity: 1, agents: ["script", "other"] }];
    const first = after(several, assign({ nodes }));
    const second = from(first, end("task", limitedUntil(60_000)), assign({ nodes }));
    expect([...second.attempts.values()].map(({ agent }) => agent)).toEqual(["script", "other"]);
    const both = from(second, end("task", limitedUntil(90_000)));
    expect(both.tasks.get("task")).toMatchObject({ state: "ready", parkedUntilMs: 65_000 });
  });

  test(`a task waits ${MAX_WAITS} times at no cost, and then asks`, () => {
    const task = aTask({ state: "active", epoch: 1, attemptCount: 1, waitCount: MAX_WAITS - 1 });
    const attempt = anAttempt({ state: "running" });
    const state = from(aState([task], [attempt]), end("task", "quota"));
    expect(state.tasks.get("task")).toMatchObject({ state: "ready", waitCount: MAX_WAITS });
    const laterMs = NOW_MS * 10_000;
    const active = from(state, at(laterMs, unpark()), at(laterMs, assign()));
    const again = from(active, end("task", "quota"));
    expect(again.tasks.get("task")?.state).toBe("waiting_human");
  });

  test("an agent that calls its task cancelled has a person asked, and nothing is given up", () => {
    const waiting = aDefinition({ id: "b", dependsOn: ["task"] });
    const state = from(running, add(waiting), end("task", "cancelled"));
    expect(statesOf(state)).toEqual({ task: "waiting_human", b: "planned" });
  });
});

function told(event: Event): string {
  return "taskId" in event ? `${event.type} ${event.taskId}` : event.type;
}

function roomy(capacity: number): { id: string; capacity: number; agents: string[] }[] {
  return [{ id: "node", capacity, agents: ["script"] }];
}

function statesOf(state: State): Record<string, string> {
  return Object.fromEntries([...state.tasks.values()].map((task) => [task.id, task.state]));
}

function limitedUntil(resetAtMs: number): Failure {
  return { class: "quota", message: "Usage limit.", resetAtMs };
}
