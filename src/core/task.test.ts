import { expect, test } from "vitest";
import { hasEnded, nextTaskState, TASK_STATES, TASK_TRANSITIONS } from "./task.ts";

const EDGES = [
  "planned -task_readied-> ready",
  "planned -task_escalated-> waiting_human",
  "planned -task_cancelled-> cancelled",
  "planned -task_abandoned-> abandoned",
  "ready -attempt_assigned-> active",
  "ready -task_retried-> ready",
  "ready -task_escalated-> waiting_human",
  "ready -task_cancelled-> cancelled",
  "ready -task_abandoned-> abandoned",
  "active -attempt_returned-> ready",
  "active -attempt_finished-> awaiting_qa",
  "active -task_failed-> failed",
  "active -task_cancelled-> cancelled",
  "active -task_abandoned-> abandoned",
  "awaiting_qa -attempt_returned-> ready",
  "awaiting_qa -task_completed-> complete",
  "awaiting_qa -task_failed-> failed",
  "awaiting_qa -task_cancelled-> cancelled",
  "awaiting_qa -task_abandoned-> abandoned",
  "failed -task_retried-> ready",
  "failed -task_escalated-> waiting_human",
  "failed -task_cancelled-> cancelled",
  "failed -task_abandoned-> abandoned",
  "waiting_human -task_retried-> ready",
  "waiting_human -task_replanned-> planned",
  "waiting_human -task_cancelled-> cancelled",
  "waiting_human -task_abandoned-> abandoned",
  "abandoned -task_retried-> ready",
  "abandoned -task_replanned-> planned",
  "cancelled -task_retried-> ready",
  "cancelled -task_replanned-> planned",
];

const MOVES = new Set(Object.values(TASK_TRANSITIONS).flatMap((moves) => Object.keys(moves)));

test("a task moves by these events and by no others", () => {
  const legal = TASK_STATES.flatMap((state) =>
    [...MOVES].flatMap((move) => {
      const next = nextTaskState(state, move);
      return next === undefined ? [] : [`${state} -${move}-> ${next}`];
    }),
  );
  expect(legal.toSorted()).toEqual(EDGES.toSorted());
});

test.each(TASK_STATES)(
  "a task that is %s does not move by an event that moves no task",
  (state) => {
    for (const type of ["task_parked", "attempt_reported", "run_created"]) {
      expect(nextTaskState(state, type)).toBeUndefined();
    }
  },
);

test("a completed task never moves again", () => {
  expect(TASK_TRANSITIONS.complete).toEqual({});
});

test("a task has ended when nothing more happens to it by itself", () => {
  expect(TASK_STATES.filter(hasEnded)).toEqual(["complete", "abandoned", "cancelled"]);
});
