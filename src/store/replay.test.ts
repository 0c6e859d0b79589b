import { expect, test } from "vitest";
import type { TaskState } from "../core/task.ts";
import { aTask, add, assign, report, work } from "./conformance/builders.ts";
import { executeOrThrow } from "./execute.ts";
import { openMemoryStore } from "./memory/memory-store.ts";
import { replayRun, SINCE_MAX, type Moment } from "./replay.ts";
import type { Store } from "./store.ts";

/** At 1 s two tasks, at 2 s an attempt, at 3 s a failure, at 4 s another attempt, at 5 s its success. */
async function aLife(): Promise<Store> {
  const store = openMemoryStore();
  await add(store, ["one", aTask({ id: "two", dependsOn: ["one"] })], 1_000);
  await assign(store, { nowMs: 2_000 });
  await report(store, "one", { type: "park", nowMs: 3_000 });
  const letIn = { type: "retry_task", taskId: "one", note: undefined, nowMs: 3_500 } as const;
  await executeOrThrow(store, letIn);
  await assign(store, { nowMs: 4_000 });
  await work(store, "one", 5_000);
  return store;
}

async function statesAt(store: Store, moment: Moment): Promise<Record<string, TaskState>> {
  const { before } = await replayRun(store, "queue", moment);
  return Object.fromEntries([...before.tasks].map(([id, task]) => [id, task.state]));
}

test("a run is shown as it was at any time", async () => {
  const store = await aLife();
  const at = async (atMs: number) => statesAt(store, { kind: "time", atMs });
  expect(await at(999)).toEqual({});
  expect(await at(1_000)).toEqual({ one: "ready", two: "planned" });
  expect(await at(2_999)).toEqual({ one: "active", two: "planned" });
  expect(await at(3_499)).toEqual({ one: "ready", two: "planned" });
  expect(await at(Infinity)).toEqual({ one: "complete", two: "ready" });
});

test("each event adds what it changes, and the last one leads to what the store shows", async () => {
  const store = await aLife();
  const log = await store.events("queue", 0, 1_000);
  for (const { seq } of log) {
    const replayed = await replayRun(store, "queue", { kind: "seq", seq });
    expect(replayed.at).toEqual(log[seq - 1]);
    expect(replayed.since).toEqual(log.slice(seq));
    expect(replayed.sinceCount).toBe(log.length - seq);
    expect(replayed.last).toEqual(log.at(-1));
  }
  const { before, after } = await replayRun(store, "queue", { kind: "time", atMs: Infinity });
  expect(before).toBe(after);
  for (const [id, task] of after.tasks) expect(await store.task(id)).toEqual(task);
  expect([...after.attempts.values()]).toEqual(await store.attemptsOf("one", "two"));
});

test("of a long time since, the first events are kept and all are counted", async () => {
  const store = openMemoryStore();
  const ids = Array.from({ length: 6_000 }, (_, index) => `task-${index}`);
  await add(store, ids);
  const { since, sinceCount, before, after } = await replayRun(store, "queue", {
    kind: "seq",
    seq: 7_001,
  });
  expect(since.map(({ seq }) => seq)).toEqual(
    Array.from({ length: SINCE_MAX }, (_, index) => 7_002 + index),
  );
  expect(sinceCount).toBe(12_001 - 7_001);
  expect([before.tasks.size, after.tasks.size]).toEqual([3_500, 6_000]);
});

test("a run that is not there is told", async () => {
  const replaying = replayRun(openMemoryStore(), "no-such", { kind: "seq", seq: 1 });
  await expect(replaying).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
});
