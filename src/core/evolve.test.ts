import { describe, expect, test } from "vitest";
import type { Event, EventBody } from "./events.ts";
import { evolve, evolveAll } from "./evolve.ts";
import { EMPTY_STATE, type State } from "./state.ts";
import { nextTaskState, TASK_STATES } from "./task.ts";
import { aDefinition, aFailure, anAttempt, aState, aTask } from "./testing/builders.ts";
import { NO_USAGE } from "./usage.ts";

const AT_MS = 5_000;
const QUESTION = {
  type: "task_escalated",
  taskId: "task",
  interruptId: "q",
  question: "Why?",
} as const;

const ids = { taskId: "task", attemptId: "task-1" } as const;
const spending = { sessionId: undefined, usage: NO_USAGE, costUsd: undefined } as const;
const summary = { diffStat: "", lastMessages: [] };

const MOVES: readonly EventBody[] = [
  { type: "task_readied", taskId: "task" },
  assigned(),
  { type: "attempt_returned", ...ids, reason: "The disk is full." },
  { type: "attempt_finished", ...ids, commit: "done", summary, ...spending },
  { type: "task_completed", taskId: "task", mergedCommit: undefined },
  { type: "task_failed", taskId: "task", failure: aFailure(), costs: "retry" },
  { type: "task_retried", taskId: "task", byHuman: true, note: undefined },
  QUESTION,
  { type: "task_replanned", taskId: "task", note: undefined },
  { type: "task_cancelled", taskId: "task" },
  { type: "task_abandoned", taskId: "task" },
];

test.each(MOVES)("$type moves a task as the table says, and no other way", (event) => {
  for (const state of TASK_STATES) {
    const after = evolve(aState([aTask({ state })]), happened(event));
    expect(taskIn(after)?.state).toBe(nextTaskState(state, event.type) ?? state);
  }
});

test("an event that does not fit leaves the task's state as it is", () => {
  const state = aState([aTask({ state: "complete" })]);
  expect(evolve(state, happened({ type: "task_cancelled", taskId: "task" }))).toEqual(state);
});

test("an event about what is not in the state changes nothing", () => {
  const state = aState([aTask()]);
  const unknown: EventBody[] = [
    { type: "task_cancelled", taskId: "other" },
    { type: "attempt_started", taskId: "other", attemptId: "other-1", pid: 1 },
    {
      type: "interrupt_closed",
      taskId: "other",
      interruptId: "q",
      answer: { kind: "retry", note: undefined, spawnedTaskId: undefined },
    },
  ];
  expect(evolveAll(state, unknown.map(happened))).toEqual(state);
});

test("the state that was given is left as it was", () => {
  const state = aState([aTask()], [anAttempt()]);
  const copy = structuredClone(state);
  evolve(state, happened({ type: "task_cancelled", taskId: "task" }));
  expect(state).toEqual(copy);
});

describe("a task's epoch", () => {
  const RAISING: EventBody[] = [
    { ...assigned(), type: "attempt_assigned" },
    { type: "attempt_returned", ...ids, reason: "full" },
    { type: "attempt_succeeded", ...ids, evidence: [] },
    { type: "attempt_stopping", taskId: "task", attemptId: "task-1" },
    QUESTION,
    { type: "task_completed", taskId: "task", mergedCommit: undefined },
  ];
  test.each(RAISING)("is raised by $type", (event) => {
    const after = evolve(aState([aTask({ epoch: 7 })], [anAttempt()]), happened(event));
    expect(after.tasks.get("task")?.epoch).toBe(8);
  });

  const KEEPING: EventBody[] = [
    { type: "task_readied", taskId: "task" },
    { type: "task_parked", taskId: "task", untilMs: 1, reason: "quota" },
    { type: "attempt_started", ...ids, pid: 1 },
    { type: "merge_deferred", taskId: "task", reason: "dirty" },
    { type: "dependency_satisfied", taskId: "task", dependencyId: "a" },
  ];
  test.each(KEEPING)("is not raised by $type", (event) => {
    const after = evolve(aState([aTask({ epoch: 7 })], [anAttempt()]), happened(event));
    expect(after.tasks.get("task")?.epoch).toBe(7);
  });
});

describe("a failure's costs are counted", () => {
  const counted = { failureCount: 2, lossCount: 2, waitCount: 2 };
  test.each([
    ["retry", { failureCount: 3, lossCount: 0, waitCount: 0 }],
    ["loss", { failureCount: 2, lossCount: 3, waitCount: 2 }],
    ["wait", { failureCount: 2, lossCount: 2, waitCount: 3 }],
    ["human", counted],
    ["end", counted],
  ] as const)("as a %s", (costs, expected) => {
    const failed = { type: "task_failed", taskId: "task", failure: aFailure(), costs } as const;
    const after = evolve(aState([aTask({ state: "active", ...counted })]), happened(failed));
    expect(after.tasks.get("task")).toMatchObject(expected);
  });
});

describe("why a task waits", () => {
  const asked = evolve(aState([aTask()]), happened(QUESTION));

  test.each([
    { type: "task_retried", taskId: "task", byHuman: true, note: undefined },
    { type: "task_replanned", taskId: "task", note: undefined },
  ] as const)("is over with a person's $type", (event) => {
    expect(asked.tasks.get("task")?.waitReason).toBe("Why?");
    expect(evolve(asked, happened(event)).tasks.get("task")?.waitReason).toBeUndefined();
  });

  test("is over when it is assigned, and so is its parking", () => {
    const parked = { type: "task_parked", taskId: "task", untilMs: 9, reason: "quota" } as const;
    const state = evolve(aState([aTask()]), happened(parked));
    expect(taskIn(state)).toMatchObject({ parkedUntilMs: 9, waitReason: "quota" });
    const after = evolve(state, happened(assigned()));
    expect(taskIn(after)).toMatchObject({ parkedUntilMs: undefined, waitReason: undefined });
  });
});

test("a task is as old as its last readiness, and its end is kept while it lasts", () => {
  const cancelled = evolve(aState([aTask()]), happened({ type: "task_cancelled", taskId: "task" }));
  expect(taskIn(cancelled)).toMatchObject({ endedAtMs: AT_MS, readyAtMs: 0 });
  const retried = { type: "task_retried", taskId: "task", byHuman: true, note: "Go." } as const;
  const after = evolve(cancelled, { ...retried, runId: "queue", atMs: 6_000 });
  expect(taskIn(after)).toMatchObject({ endedAtMs: undefined, readyAtMs: 6_000 });
});

test("an attempt that reports no session keeps the one it had", () => {
  const state = aState([aTask()], [anAttempt({ sessionId: "s" })]);
  const report = { type: "attempt_reported", ...ids, ...spending, costUsd: 1 } as const;
  const after = evolve(state, happened(report));
  expect(after.attempts.get("task-1")).toMatchObject({ sessionId: "s", costUsd: 1 });
});

test("an end without a commit keeps the one that is on record", () => {
  const state = aState([aTask()], [anAttempt({ commit: "done", isStopping: true })]);
  const after = evolve(
    state,
    happened({
      type: "attempt_ended",
      ...ids,
      ...spending,
      end: "lost",
      failure: aFailure({ class: "node_lost" }),
      evidence: [],
      commit: undefined,
      summary: undefined,
    }),
  );
  expect(after.attempts.get("task-1")).toMatchObject({
    state: "lost",
    commit: "done",
    endedAtMs: AT_MS,
    isStopping: false,
  });
});

test("a task that is added has not been tried", () => {
  const definition = aDefinition({ dependsOn: ["a", "b"] });
  const added = { type: "task_added", taskId: "task", definition, pendingDependencies: 1 } as const;
  expect(taskIn(evolve(EMPTY_STATE, happened(added)))).toMatchObject({
    ...definition,
    state: "planned",
    pendingDependencies: 1,
    epoch: 0,
    attemptCount: 0,
    createdAtMs: AT_MS,
  });
});

function happened(body: EventBody): Event {
  return { ...body, runId: "queue", atMs: AT_MS };
}

function taskIn(state: State): ReturnType<typeof aTask> | undefined {
  return state.tasks.get("task");
}

function assigned(): Extract<EventBody, { type: "attempt_assigned" }> {
  return {
    type: "attempt_assigned",
    taskId: "task",
    attemptId: "task-1",
    number: 1,
    epoch: 1,
    nodeId: "node",
    agent: "script",
    branch: "orchestra/task/1",
    startFrom: "previous",
  };
}
