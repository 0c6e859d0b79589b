import { expect, test } from "vitest";
import { decide } from "./decide.ts";
import { aDefinition } from "./testing/builders.ts";
import {
  add,
  after,
  assign,
  at,
  cancel,
  defer,
  eventsOf,
  finish,
  from,
  merge,
  pass,
  reject,
  retry,
  run,
  type Step,
} from "./testing/steps.ts";

const MERGES = { merge: merge(), reject: reject(), defer: defer() };

test("a merge completes the task, with the commit that holds its work", () => {
  const state = after(add("task"), ...pass(), at(7_000, merge()));
  expect(state.tasks.get("task")).toMatchObject({
    state: "complete",
    mergedCommit: "merged",
    endedAtMs: 7_000,
    failure: undefined,
  });
});

test("a conflict sends the task back, to start again from the target branch", () => {
  const state = after(add("task"), ...pass(), reject());
  expect(state.tasks.get("task")).toMatchObject({ state: "ready", failureCount: 1 });
  expect(state.attempts.get("task-1")).toMatchObject({
    state: "failed",
    failure: { class: "merge_conflict" },
  });
  expect(eventsOf(state, assign())).toMatchObject([{ number: 2, startFrom: "target" }]);
});

test("a merge that fails for good asks a person", () => {
  const limits = { timeoutMs: 1, stallMs: 0, maxRetries: 0 };
  const state = after(add(aDefinition({ limits })), ...pass(), reject());
  expect(state.tasks.get("task")?.state).toBe("waiting_human");
});

test("a merge that has to wait says why, once for each reason", () => {
  const state = after(add("task"), ...pass(), defer("task", "The branch is dirty."));
  expect(state.tasks.get("task")).toMatchObject({
    state: "awaiting_qa",
    waitReason: "The branch is dirty.",
  });
  expect(eventsOf(state, defer("task", "The branch is dirty."))).toEqual([]);
  expect(eventsOf(state, defer("task", "The disk is full."))).toHaveLength(1);
  expect(from(state, merge()).tasks.get("task")?.waitReason).toBeUndefined();
});

const NOT_WAITING: [string, readonly Step[]][] = [
  ["is not known", [add("other")]],
  ["runs", [add("task"), ...run()]],
  ["is being checked", [add("task"), ...run(), finish()]],
  ["was merged", [add("task"), ...pass(), merge()]],
  ["was sent back", [add("task"), ...pass(), reject()]],
  ["was cancelled", [add("task"), ...pass(), cancel()]],
  [
    "was cancelled and tried again",
    [add("task"), ...pass(), cancel(), retry(), ...run(), finish()],
  ],
];

test.each(NOT_WAITING)(
  "nothing the merge queue says counts for a task that %s",
  (_name, history) => {
    const state = after(...history);
    for (const step of Object.values(MERGES)) {
      expect(decide(state, step(state))).toMatchObject({ kind: "refused", code: "FENCED" });
    }
  },
);

test("what the merge queue says of an earlier success does not count for a later one", () => {
  const passed = after(add("task"), ...pass());
  const state = from(passed, reject(), ...pass());
  for (const step of Object.values(MERGES)) {
    expect(decide(state, step(passed))).toMatchObject({ kind: "refused", code: "FENCED" });
  }
});
