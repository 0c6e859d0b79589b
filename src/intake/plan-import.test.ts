import { expect, test } from "vitest";
import { idOfSource, planImport } from "./plan-import.ts";
import type { SourceTask } from "./source-task.ts";

const NOTHING = new Map<string, never>();

function aTask(sourceId: string, more: Partial<SourceTask> = {}): SourceTask {
  const place = { source: "tasks.md", line: () => Number(sourceId.replace(/\D/g, "")) };
  return {
    sourceId,
    place,
    title: sourceId,
    prompt: "x",
    status: "open",
    waitsFor: [],
    more: {},
    ...more,
  };
}

const waiting = (...waitsFor: readonly string[]): Partial<SourceTask> => ({ waitsFor });

test.each([
  ["bd-a1.2", "bd-a1-2"],
  ["TASK_001", "task-001"],
  ["#12", "12"],
  ["a".repeat(80), "a".repeat(64)],
])("the id %j of a source is %j here", (theirs, ours) => {
  expect(idOfSource(theirs)).toBe(ours);
});

test("what is done is left out, and nothing waits for it", () => {
  const plan = planImport([aTask("1", { status: "closed" }), aTask("2", waiting("1"))], NOTHING);
  expect(plan.added.map(({ request }) => request)).toMatchObject([{ id: "2", dependsOn: [] }]);
  expect(plan.skipped).toMatchObject([{ sourceId: "1", why: "closed" }]);
});

test("what is put off is left out, with all that waits for it", () => {
  const tasks = [
    aTask("1", { status: "deferred" }),
    aTask("3", waiting("2")),
    aTask("2", waiting("1")),
    aTask("4"),
  ];
  const plan = planImport(tasks, NOTHING);
  expect(plan.added.map(({ request }) => request.id)).toEqual(["4"]);
  expect(plan.skipped.map(({ reason }) => reason)).toEqual([
    "put off where it comes from",
    "waits for 1, which is put off",
    "waits for 2, which is put off",
  ]);
});

test("what is there is not added again, and may be waited for", () => {
  const known = new Map([
    ["1", { title: "Another title", state: "active" }],
    ["9", { title: "9", state: "complete" }],
  ] as const);
  const plan = planImport([aTask("1"), aTask("2", waiting("1", "9"))], known);
  expect(plan.added.map(({ request }) => request)).toMatchObject([{ dependsOn: ["1", "9"] }]);
  expect(plan.skipped).toMatchObject([
    { why: "is_there", reason: 'on the blackboard already, as "Another title"' },
  ]);
});

test.each([
  [[aTask("1", waiting("7"))], 'tasks.md:1: 1 waits for "7", which is neither there nor'],
  [
    [aTask("1", waiting("2")), aTask("2", waiting("1"))],
    "tasks.md:1: these wait for each other: 1 → 2 → 1",
  ],
  [[aTask("1", waiting("1"))], "these wait for each other: 1 → 1"],
  [[aTask("a.1"), aTask("a-1")], 'tasks.md:1: "a-1" would have the same id as "a.1" in tasks.md:1'],
  [[aTask("1"), aTask("1")], 'would have the same id as "1"'],
  [[aTask("💥1💥".replace("1", ""))], "can be no id here"],
])("a plan that cannot be is refused with its place", (tasks, message) => {
  expect(() => planImport(tasks, NOTHING)).toThrow(message);
});

test("waiting for what was given up here is refused, because it would be for ever", () => {
  const known = new Map([["9", { title: "9", state: "cancelled" }]] as const);
  expect(() => planImport([aTask("1", waiting("9"))], known)).toThrow("for ever: it is cancelled");
});

test("of a tracker, what is not among its answers is not waited for", () => {
  const plan = planImport([aTask("1", { ...waiting("7"), mayWaitElsewhere: true })], NOTHING);
  expect(plan.added[0]?.request.dependsOn).toEqual([]);
});
