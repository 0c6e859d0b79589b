import { expect, test } from "vitest";
import { decide } from "./decide.ts";
import { MESSAGE_LENGTH_MAX, MESSAGES_MAX, unheard } from "./message.ts";
import type { State } from "./state.ts";
import * as steps from "./testing/steps.ts";
import type { Step } from "./testing/steps.ts";
import type { Task } from "./task.ts";
import { aDefinition } from "./testing/builders.ts";

const ACTIVE = steps.after(steps.add("task"), ...steps.run());

/** A task in each place that a person can find it in. */
const PLACES: Record<string, State> = {
  planned: steps.after(steps.add(aDefinition({ dependsOn: ["first"] }), "first")),
  ready: steps.after(steps.add("task")),
  parked: steps.from(ACTIVE, steps.end("task", "quota")),
  starting: steps.after(steps.add("task"), steps.assign()),
  active: ACTIVE,
  "in its checks": steps.from(ACTIVE, steps.finish()),
  "about to be merged": steps.after(steps.add("task"), ...steps.pass()),
  "asking a person": steps.from(ACTIVE, steps.end("task", "auth")),
  complete: steps.after(steps.add("task"), ...steps.pass(), steps.merge()),
  cancelled: steps.after(steps.add("task"), steps.cancel()),
  abandoned: steps.after(steps.add("task"), steps.abandon()),
};

const OPEN = ["planned", "ready", "parked", "starting", "active", "in its checks"];
const ACCEPTED: [string, Step, readonly string[]][] = [
  ["said something", steps.send(), [...OPEN, "asking a person"]],
  ["interrupted", steps.interrupt(), ["starting", "active"]],
  ["paused", steps.pause(), [...OPEN, "about to be merged"]],
];

test.each(ACCEPTED)("only where somebody would hear of it, a task is %s", (_name, step, places) => {
  const accepted = Object.entries(PLACES).filter(
    ([, state]) => decide(state, step(state)).kind === "accepted",
  );
  expect(accepted.map(([name]) => name)).toEqual(places);
});

test.each(Object.keys(PLACES))("a task that is %s, and not paused, is not resumed", (name) => {
  const state = PLACES[name] ?? ACTIVE;
  expect(decide(state, steps.resume()(state))).toMatchObject({ kind: "refused" });
});

test("whoever may not say something is told what to do instead", () => {
  expect(refusalIn("complete")).toMatchObject({
    message: expect.stringContaining("orchestra start"),
  });
  expect(refusalIn("cancelled")).toMatchObject({
    message: expect.stringContaining("retry task -m"),
  });
  expect(refusalIn("about to be merged")).toMatchObject({
    message: expect.stringContaining("--after task"),
  });
  expect(refusalIn("ready")).toMatchObject({
    message: expect.stringContaining("orchestra send task"),
  });
});

test.each([
  ["nothing", " \n"],
  ["too much", "x".repeat(MESSAGE_LENGTH_MAX + 1)],
])("%s is no message", (_name, text) => {
  expect(decide(ACTIVE, steps.send("task", text)(ACTIVE))).toMatchObject({
    code: "INVALID_ARGUMENT",
  });
});

test("whoever has the attempt is called once, and reads on the task what for", () => {
  const called = steps.from(ACTIVE, steps.send());
  expect(called.attempts.get("task-1")).toMatchObject({ isCalled: true, state: "running" });
  expect(taskOf(called).messages).toMatchObject([{ id: "task-m1", text: "Use the v2 API." }]);
  expect(typesOf(called, steps.pause())).toEqual(["task_paused"]);
});

test("a task completes when all was heard that was said to it, and not before", () => {
  const said = steps.from(ACTIVE, steps.send(), steps.finish());
  expect(typesOf(said, steps.accept())).toEqual(["attempt_returned"]);
  const heard = steps.from(ACTIVE, steps.send(), steps.hear("task", "task-m1"), steps.finish());
  expect(typesOf(heard, steps.accept())).toEqual(["attempt_succeeded"]);
});

test("what was said costs no retry and no wait, however often", () => {
  let state = steps.after(steps.add("task"));
  for (let round = 0; round < 60; round += 1) {
    state = steps.from(state, ...steps.run(), steps.send(), steps.finish(), steps.accept());
    state = steps.from(state, steps.assign(), hearAll, steps.goOn());
  }
  expect(taskOf(state)).toMatchObject({ state: "ready", failureCount: 0, waitCount: 0 });
});

test("what is heard is put on record once", () => {
  const heard = steps.from(ACTIVE, steps.send(), steps.hear("task", "task-m1"));
  expect(typesOf(heard, steps.hear("task", "task-m1", "task-1"))).toEqual(["attempt_reported"]);
});

test("of many messages the oldest that were heard go, and none that nobody has heard", () => {
  let state = steps.from(ACTIVE, steps.send(), steps.hear("task", "task-m1"));
  for (let count = 0; count < MESSAGES_MAX; count += 1) state = steps.from(state, steps.send());
  expect(unheard(taskOf(state))).toHaveLength(MESSAGES_MAX);
  expect(taskOf(state).messages?.[0]?.id).toBe("task-m2");
  expect(decide(state, steps.send()(state))).toMatchObject({ kind: "refused" });
});

test("a paused task is not assigned before it is resumed, wherever it was paused", () => {
  const paused = [
    steps.after(steps.add("task"), steps.pause()),
    steps.from(ACTIVE, steps.pause(), steps.goOn()),
    steps.from(ACTIVE, steps.pause(), steps.end("task", "check_failed")),
    steps.from(ACTIVE, steps.end("task", "quota"), steps.pause()),
  ];
  const late = steps.at(10_000_000, steps.unpark());
  for (const state of paused) {
    expect(typesOf(steps.from(state, late), steps.assign())).toEqual([]);
    const next = steps.at(10_000_000, steps.assign());
    const types = typesOf(steps.from(state, steps.resume(), late), next);
    expect(types).toEqual(["attempt_assigned"]);
  }
});

test("a pause is over when the task is sent back to work, or ends", () => {
  const ready = steps.after(steps.add("task"), steps.pause());
  expect(typesOf(ready, steps.retry())).toEqual(["task_resumed", "task_retried"]);
  const asking = steps.from(ACTIVE, steps.pause(), steps.end("task", "auth"));
  expect(taskOf(steps.from(asking, steps.retry())).pausedAtMs).toBeUndefined();
  expect(taskOf(steps.from(ready, steps.cancel())).pausedAtMs).toBeUndefined();
});

test("to pause twice is to pause", () => {
  const paused = steps.from(ACTIVE, steps.pause());
  expect(typesOf(paused, steps.pause())).toEqual([]);
});

function refusalIn(name: string): unknown {
  const state = PLACES[name] ?? ACTIVE;
  const step = name === "ready" ? steps.interrupt() : steps.send();
  return decide(state, step(state));
}

const hearAll: Step = (state) => {
  const ids = unheard(taskOf(state)).map(({ id }) => id);
  return steps.hear("task", ...ids)(state);
};

function taskOf(state: State): Task {
  const task = state.tasks.get("task");
  if (!task) throw new Error("There is no task.");
  return task;
}

function typesOf(state: State, step: Step): readonly string[] {
  return steps.eventsOf(state, step).map(({ type }) => type);
}
