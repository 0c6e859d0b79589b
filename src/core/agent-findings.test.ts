import { describe, expect, test } from "vitest";
import { stillFound, withHold, type Finding } from "./agent-findings.ts";
import type { AgentHold } from "./agent-hold.ts";
import type { Task } from "./task.ts";
import { aFailure, aTask } from "./testing/builders.ts";

const NOW_MS = 1_000_000;
const LATER_MS = NOW_MS + 60_000;

const usageLimits = { claude: LATER_MS };
const failure = aFailure({ class: "auth" });
const noTime = aFailure({ class: "quota" });

describe("a usage limit", () => {
  test.each<[string, Partial<Task> | undefined, boolean]>([
    ["holds while its end is being recorded", { state: "active", attemptCount: 2 }, true],
    ["holds while its task waits", { state: "ready", attemptCount: 2, usageLimits }, true],
    ["holds while another agent goes on", { state: "active", attemptCount: 3, usageLimits }, true],
    [
      "holds when its task is cancelled",
      { state: "cancelled", attemptCount: 2, usageLimits },
      true,
    ],
    ["ends when a person sends its task back", { state: "ready", attemptCount: 2 }, false],
    ["ends when its task is archived", undefined, false],
  ])("%s", (_what, task, holds) => {
    expect(heldBy([aLimit("task")], task ? [{ id: "task", ...task }] : [])).toBe(holds);
  });

  test("ends at its time", () => {
    const left = stillFound([aLimit("task")], tasksOf({ id: "task", usageLimits }), LATER_MS);
    expect(left).toEqual([]);
  });
});

describe("an agent that is logged out", () => {
  test.each<[string, Partial<Task>, boolean]>([
    ["is held while that is being recorded", { state: "active", attemptCount: 2 }, true],
    ["is held while its task waits for a person", { state: "waiting_human", failure }, true],
    ["is not held when that person sends it back", { state: "ready", failure }, false],
    ["is not held when that person gives it up", { state: "abandoned", failure }, false],
  ])("%s", (_what, task, holds) => {
    expect(heldBy([anAuth("task")], [{ id: "task", attemptCount: 2, ...task }])).toBe(holds);
  });
});

describe("an agent of which several tasks have found the same", () => {
  const waiting = { id: "a", state: "waiting_human", attemptCount: 2, failure } as const;
  const parked = { id: "a", state: "ready", attemptCount: 2, usageLimits } as const;

  test.each<[string, Partial<Task>, boolean]>([
    ["is let go when a person sends any of them back", { state: "ready", failure }, false],
    ["is let go when that one waits for another", { state: "planned", failure }, false],
    ["is let go when that one is at work again", { state: "active", attemptCount: 3 }, false],
    ["is held when one of them is given up", { state: "abandoned", failure }, true],
    ["is held when one of them ended otherwise", { state: "ready", failure: noTime }, true],
  ])("%s", (_what, task, holds) => {
    const found = [anAuth("a"), anAuth("b")];
    expect(heldBy(found, [waiting, { id: "b", attemptCount: 2, ...task }])).toBe(holds);
  });

  test.each<[string, Partial<Task>, boolean]>([
    ["is let in again with any that a person sends back", { failure: noTime }, false],
    ["waits although the time of one has passed", { usageLimits: { claude: NOW_MS } }, true],
  ])("%s", (_what, task, holds) => {
    const found = [aLimit("a"), aLimit("b")];
    expect(heldBy(found, [parked, { id: "b", attemptCount: 2, ...task }])).toBe(holds);
  });

  test("is let go by any of the tasks that still wait, when it was held anew", () => {
    const sentBack = tasksOf(waiting, { id: "b", state: "ready", attemptCount: 2, failure });
    const left = stillFound([anAuth("a"), anAuth("b")], sentBack, NOW_MS);
    const again = withHold(left, { ...anAuth("b"), attemptId: "b-3" });
    const bWaits = { id: "b", state: "waiting_human", attemptCount: 3, failure } as const;
    expect(heldBy(again, [waiting, bWaits])).toBe(true);

    expect(heldBy(again, [{ ...waiting, state: "ready" }, bWaits])).toBe(false);
  });

  test("is held on, whatever a task of another agent says", () => {
    const found = [anAuth("a"), { ...anAuth("b"), agent: "codex" }];
    expect(heldBy(found, [waiting, { id: "b", attemptCount: 2, failure }])).toBe(true);
  });
});

function heldBy(found: readonly Finding[], tasks: readonly Partial<Task>[]): boolean {
  const left = stillFound(found, tasksOf(...tasks), NOW_MS);
  return left.some(({ agent, isSpent }) => agent === "claude" && !isSpent);
}

function tasksOf(...tasks: readonly Partial<Task>[]): ReadonlyMap<string, Task> {
  return new Map(tasks.map(aTask).map((task) => [task.id, task]));
}

function aLimit(taskId: string): Finding {
  return found(taskId, "quota", LATER_MS);
}

function anAuth(taskId: string): Finding {
  return found(taskId, "auth", Infinity);
}

function found(taskId: string, failureClass: AgentHold["failureClass"], untilMs: number): Finding {
  const attemptId = `${taskId}-2`;
  return { agent: "claude", taskId, attemptId, failureClass, untilMs, isSpent: false };
}
