import { expect, test } from "vitest";
import { executeOrThrow } from "../store/execute.ts";
import { endTimedOut, pauseAttempt } from "../cluster/node/run-node.ts";
import { runQueue } from "./run-queue.ts";
import { stopAttempts } from "./stop-attempts.ts";
import { aQueue, NEVER, type SimulatedQueue } from "./testing/a-queue.ts";

/** A queue whose only agent is at work, and that nobody works any more. */
async function leftAtWork(): Promise<SimulatedQueue> {
  const queue = aQueue(() => ({ takesMs: 10_000 }));
  await queue.add({ id: "a" });
  const leave = new AbortController();
  const running = runQueue(await queue.deps(), leave.signal);
  await queue.clock.advance(1_000);
  leave.abort();
  await queue.clock.runUntilDone(running);
  return queue;
}

test("who comes to end an agent that was given time meanwhile leaves it to itself", async () => {
  const { clock, deps, store } = await leftAtWork();
  const nowMs = clock.nowMs();
  for (const attempt of await store.attemptsOf("a")) {
    await clock.runUntilDone(endTimedOut(await deps(), { ...attempt, timeoutMs: 0 }));
  }
  expect(clock.nowMs()).toBe(nowMs);
  expect(await store.attemptsOf("a")).toMatchObject([{ state: "running" }]);
});

test("who comes to end an agent that somebody else has started meanwhile leaves it to them", async () => {
  const { clock, deps, store } = await leftAtWork();
  await executeOrThrow(store, { type: "pause_task", taskId: "a", nowMs: clock.nowMs() });
  for (const attempt of await store.attemptsOf("a")) {
    await clock.runUntilDone(pauseAttempt(await deps(), { ...attempt, state: "queued" }));
  }
  expect(await store.attemptsOf("a")).toMatchObject([{ state: "running" }]);

  await executeOrThrow(store, { type: "resume_task", taskId: "a", nowMs: clock.nowMs() });
  await clock.runUntilDone(runQueue(await deps(), NEVER));
  expect(await store.attemptsOf("a")).toMatchObject([{ state: "succeeded" }]);
});

test("an agent that ends just before it is ended as timed out is proven by the next run", async () => {
  const { add, clock, deps, store } = aQueue(() => ({ takesMs: 10_000 }));
  await add({ id: "a" });
  const leave = new AbortController();
  const own = await deps();
  const running = runQueue(own, leave.signal);
  await clock.advance(9_000);
  leave.abort();
  await clock.runUntilDone(running);

  const called = { type: "time_out_now", taskId: "a", nowMs: clock.nowMs() } as const;
  await executeOrThrow(store, called);
  const inspect: typeof own.processes.inspect = async (folder) => {
    const state = await own.processes.inspect(folder);
    await clock.advance(2_000);
    return state;
  };
  const processes = { ...own.processes, inspect };
  await stopAttempts({ ...own, processes }, await store.attemptsOf("a"));
  expect(await store.task("a")).toMatchObject({ state: "active" });

  await clock.runUntilDone(runQueue(await deps(), NEVER));
  expect(await store.attemptsOf("a")).toMatchObject([{ state: "succeeded" }]);
});
