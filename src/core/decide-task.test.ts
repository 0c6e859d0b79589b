import { expect, test } from "vitest";
import { decide } from "./decide.ts";
import type { TaskDefinition } from "./events.ts";
import { EMPTY_STATE, type State } from "./state.ts";
import { aDefinition, aState, aTask } from "./testing/builders.ts";
import { add, after, eventsOf, NOW_MS } from "./testing/steps.ts";

test("a task without dependencies is ready at once", () => {
  const definition = aDefinition();
  const common = { runId: "queue", atMs: NOW_MS, taskId: "task" };
  expect(eventsOf(aState(), add(definition))).toEqual([
    { type: "task_added", ...common, definition, pendingDependencies: 0 },
    { type: "task_readied", ...common },
  ]);
});

test("the standing run comes into being with its first task", () => {
  expect(eventsOf(EMPTY_STATE, add("a"))[0]).toMatchObject({ type: "run_created", runId: "queue" });
});

test("a task waits for the dependencies that are not complete, each counted once", () => {
  const state = aState([aTask({ id: "done", state: "complete" }), aTask({ id: "open" })]);
  const dependsOn = ["done", "open", "open", "new"];
  const [first] = eventsOf(state, add(aDefinition({ dependsOn }), "new"));

  expect(first).toMatchObject({
    type: "task_added",
    pendingDependencies: 2,
    definition: { dependsOn: ["done", "open", "new"] },
  });
});

test("a task whose dependencies are all complete is ready at once", () => {
  const state = aState([aTask({ id: "done", state: "complete" })]);
  const types = eventsOf(state, add(aDefinition({ dependsOn: ["done"] }))).map(({ type }) => type);
  expect(types).toEqual(["task_added", "task_readied"]);
});

test("tasks may be added in any order", () => {
  const state = after(add(aDefinition({ id: "b", dependsOn: ["a"] }), "a"));
  expect(state.tasks.get("a")?.state).toBe("ready");
  expect(state.tasks.get("b")?.state).toBe("planned");
});

test.each(["complete", "abandoned", "cancelled", "active"] as const)(
  "a task may not take the id of one that is %s",
  (state) => {
    const decision = refusal(aState([aTask({ state })]), [aDefinition()]);
    expect(decision).toMatchObject({ kind: "refused", code: "DUPLICATE_ID" });
  },
);

test.each<[string, readonly Partial<TaskDefinition>[], string, string]>([
  ["a path for an id", [{ id: "../../x" }], "INVALID_ID", '"../../x"'],
  ["an id with a newline", [{ id: "a\nb" }], "INVALID_ID", '"a\\nb"'],
  ["an id twice", [{ id: "a" }, { id: "a" }], "DUPLICATE_ID", "a exists"],
  ["a missing dependency", [{ dependsOn: ["no"] }], "DEPENDENCY_NOT_FOUND", "no task no"],
  ["a task that waits for itself", [{ dependsOn: ["task"] }], "DEPENDENCY_CYCLE", "task → task"],
  [
    "a circle",
    [
      { id: "a", dependsOn: ["c"] },
      { id: "b", dependsOn: ["a"] },
      { id: "c", dependsOn: ["b"] },
    ],
    "DEPENDENCY_CYCLE",
    "a → c → b → a",
  ],
])("%s is refused, and what is wrong is named", (_name, tasks, code, words) => {
  const decision = refusal(aState(), tasks.map(aDefinition));
  expect(decision).toEqual({ kind: "refused", code, message: expect.stringContaining(words) });
});

test.each(["cancelled", "abandoned"] as const)(
  "a task may not wait for one that is %s",
  (state) => {
    const dead = aTask({ id: "dead", state });
    const decision = refusal(aState([dead]), [aDefinition({ dependsOn: ["dead"] })]);
    expect(decision).toMatchObject({ kind: "refused", code: "ILLEGAL_TRANSITION" });
  },
);

test("one wrong task keeps all the others out", () => {
  const decision = refusal(aState(), [aDefinition({ id: "good" }), aDefinition({ id: "-bad" })]);
  expect(decision.kind).toBe("refused");
});

test("a run that nobody created takes no tasks", () => {
  const command = { type: "add_tasks", runId: "other", tasks: [aDefinition()], nowMs: 0 } as const;
  expect(decide(aState(), command)).toMatchObject({ kind: "refused", code: "RUN_NOT_FOUND" });
});

test("a chain of 50,000 tasks is added whole", () => {
  const chain = Array.from({ length: 50_000 }, (_, index) =>
    aDefinition({ id: `t${index}`, dependsOn: index === 0 ? [] : [`t${index - 1}`] }),
  );
  expect(eventsOf(aState(), add(...chain))).toHaveLength(50_001);
});

function refusal(state: State, tasks: readonly TaskDefinition[]): ReturnType<typeof decide> {
  return decide(state, { type: "add_tasks", runId: "queue", tasks, nowMs: 0 });
}
