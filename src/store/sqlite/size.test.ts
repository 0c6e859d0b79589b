import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { archiveTasks } from "../archive/archive.ts";
import { aTask, add, assign, work } from "../conformance/builders.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import { temporaryFile } from "./testing/temporary-file.ts";

const TASKS = 500;
const PROMPT = "Do what is asked for, and say what was done. ".repeat(23);
/** Half as much again as `bench/size.ts` measures, and what an empty blackboard takes. */
const BYTES_PER_TASK_MAX = 15_000;
const BYTES_WITHOUT_TASKS_MAX = 200_000;

test("a finished task takes some kilobytes, and nothing once it is archived", async () => {
  const file = temporaryFile();
  const store = openSqliteStore(file);
  const ids = Array.from({ length: TASKS }, (_, index) => `task-${index}`);
  await add(
    store,
    ids.map((id) => aTask({ id, prompt: PROMPT })),
  );
  await assign(store, { capacity: TASKS });
  await assign(store, { capacity: TASKS * 2 });
  for (const id of ids) await work(store, id);
  expect(await store.countTasks()).toMatchObject({ complete: TASKS });
  await store.close();
  expect(statSync(file).size).toBeLessThan(TASKS * BYTES_PER_TASK_MAX);

  const again = openSqliteStore(file);
  const places = ["archives", "attempts"].map((name) => join(dirname(file), name));
  const [archives = "", attempts = ""] = places;
  const deps = { store: again, nowMs: () => 9_000, program: "test", archives, attempts };
  const [archive] = await archiveTasks(deps, { endedBeforeMs: 9_000, held: new Set() });
  await again.reclaim();
  expect(archive?.taskIds).toHaveLength(TASKS);
  const left = readdirSync(dirname(file)).filter((name) => name.startsWith("blackboard"));
  const bytes = left.map((name) => statSync(join(dirname(file), name)).size);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(BYTES_WITHOUT_TASKS_MAX);
  await again.close();
});
