import { expect, test } from "vitest";
import { FAILURE_CLASSES, policyOf } from "./failure.ts";
import { aFailure, aState, anAttempt, aTask } from "./testing/builders.ts";
import {
  add,
  after,
  assign,
  at,
  end,
  eventsOf,
  from,
  giveBack,
  NOW_MS,
  run,
  unpark,
} from "./testing/steps.ts";

test("an assignment opens the next attempt under a new epoch", () => {
  const task = aTask({ title: "Fix the Login!", epoch: 7, attemptCount: 2 });
  expect(eventsOf(aState([task]), assign())).toEqual([
    {
      type: "attempt_assigned",
      runId: "queue",
      atMs: NOW_MS,
      taskId: "task",
      attemptId: "task-3",
      number: 3,
      epoch: 8,
      nodeId: "node",
      agent: "script",
      branch: "orchestra/task-fix-the-login/3",
      startFrom: "previous",
    },
  ]);
});

test.each(FAILURE_CLASSES)("after %s the next attempt starts where the policy says", (given) => {
  const task = aTask({ failure: aFailure({ class: given }), attemptCount: 1 });
  const [assigned] = eventsOf(aState([task]), assign());
  expect(assigned).toMatchObject({ startFrom: policyOf(given).startFrom });
});

test("nothing is assigned twice", () => {
  const state = after(add("a", "b"), assign());
  expect(eventsOf(state, assign())).toEqual([]);
});

test("attempts that are stopping still fill their node", () => {
  const live = anAttempt({ taskId: "old", state: "running", isStopping: true });
  const state = aState([aTask(), aTask({ id: "old", state: "cancelled" })], [live]);
  const nodes = [{ id: "node", capacity: 1, agents: ["script"] }];
  expect(eventsOf(state, assign({ nodes }))).toEqual([]);
});

test("a parked task is let back in when its time has come, not before", () => {
  const state = aState([aTask({ parkedUntilMs: 5_000, waitReason: "Usage limit." })]);

  expect(eventsOf(state, at(4_999, unpark()))).toEqual([]);
  expect(eventsOf(state, at(4_999, assign()))).toEqual([]);
  const back = from(state, at(5_000, unpark()));
  expect(back.tasks.get("task")).toMatchObject({ parkedUntilMs: undefined, waitReason: undefined });
  expect(eventsOf(back, assign())).toHaveLength(1);
});

test("a parked task that was cancelled is not let back in", () => {
  const state = aState([aTask({ state: "cancelled", parkedUntilMs: 1 })]);
  expect(eventsOf(state, at(9_999, unpark()))).toEqual([]);
});

test("an attempt given back waits a little, and costs nothing", () => {
  const state = after(add("task"), ...run(), giveBack("task", 0.5));
  expect(state.tasks.get("task")).toMatchObject({
    state: "ready",
    failureCount: 0,
    waitCount: 1,
    parkedUntilMs: NOW_MS + 1_000,
    waitReason: "The disk is full.",
  });
});

test("each attempt has a branch of its own, however the one before it ended", () => {
  const state = after(
    add("task"),
    ...run(),
    giveBack(),
    ...run(),
    end("task", "check_failed"),
    assign(),
  );
  const branches = [...state.attempts.values()].map((attempt) => attempt.branch);
  expect(branches.map((branch) => branch.split("/").at(-1))).toEqual(["1", "2", "3"]);
});
