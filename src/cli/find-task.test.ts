import { expect, test } from "vitest";
import { executeOrThrow } from "../store/execute.ts";
import { aTask, add, assign, report } from "../store/conformance/builders.ts";
import { openMemoryStore } from "../store/memory/memory-store.ts";
import type { Store } from "../store/store.ts";
import { findTasks } from "./find-task.ts";

async function found(store: Store, ...typed: readonly string[]): Promise<string[]> {
  return (await findTasks(store, typed)).map(({ id }) => id);
}

test("tasks are found each once, the oldest first", async () => {
  const store = openMemoryStore();
  await add(store, ["two"], 2_000);
  await add(store, ["one"], 1_000);
  expect(await found(store, "two", "o", "t")).toEqual(["one", "two"]);
});

test("of tasks that were added together, none comes before one that it waits for", async () => {
  const store = openMemoryStore();
  await add(store, ["one", aTask({ id: "two", dependsOn: ["one"] })]);
  expect(await found(store, "two", "one")).toEqual(["one", "two"]);
});

test("a task that waits for one that took another's place comes after it, though it is older", async () => {
  const store = openMemoryStore();
  await add(store, ["one", aTask({ id: "two", dependsOn: ["one"] })]);
  await assign(store);
  await report(store, "one", { type: "crash" });
  const task = aTask({ id: "other" });
  await executeOrThrow(store, { type: "replace_task", taskId: "one", task, nowMs: 9_000 });
  expect(await found(store, "two", "other")).toEqual(["other", "two"]);
});
