import { expect, test } from "vitest";
import { executeOrThrow } from "../store/execute.ts";
import { runQueue } from "./run-queue.ts";
import { stopAttempts } from "./stop-attempts.ts";
import { aQueue, NEVER } from "./testing/a-queue.ts";

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
