import { expect, test } from "vitest";
import type { NodeOffer } from "../core/commands.ts";
import { OrchestraError } from "../core/errors.ts";
import { executeOrThrow } from "../store/execute.ts";
import { runQueue, type QueueDeps } from "./run-queue.ts";
import { aQueue, NEVER, type SimulatedQueue } from "./testing/a-queue.ts";

const HOUR_MS = 3_600_000;

/** A queue that was left while its one agent worked for an hour, and that knows no such agent any more. */
async function left(): Promise<{ readonly queue: SimulatedQueue; readonly deps: QueueDeps }> {
  const queue = aQueue(() => ({ takesMs: HOUR_MS }));
  await queue.add({ id: "a" });
  const stop = new AbortController();
  const running = runQueue(await queue.deps(), stop.signal);
  await queue.clock.advance(10_000);
  stop.abort();
  await queue.clock.runUntilDone(running);
  const own = await queue.deps();
  const deps = { ...own, agent: noAgent, nodes: noNodes, onProblem: () => undefined };
  return { queue, deps };
}

async function noAgent(): Promise<never> {
  throw new OrchestraError("UNKNOWN_AGENT", "No agent is called claude.");
}

function noNodes(): readonly NodeOffer[] {
  return [];
}

test("an agent that is no longer configured is still ended with its task", async () => {
  const { queue, deps } = await left();
  const running = runQueue(deps, NEVER);
  await queue.clock.advance(10_000);
  expect(queue.world.alive()).toBe(1);
  const cancelling = { taskId: "a", dependents: "wait", nowMs: queue.clock.nowMs() } as const;
  await executeOrThrow(queue.store, { type: "cancel_task", ...cancelling });
  await queue.clock.runUntilDone(running, HOUR_MS / 2);

  expect(queue.world.alive()).toBe(0);
  expect(await queue.store.attemptsOf("a")).toMatchObject([{ state: "cancelled" }]);
});

test("the end of an agent that is no longer configured is a failure that says so", async () => {
  const { queue, deps } = await left();
  await queue.clock.runUntilDone(runQueue(deps, NEVER), 2 * HOUR_MS);

  expect(await queue.store.attemptsOf("a")).toMatchObject([
    { state: "failed", failure: { message: "No agent is called claude." } },
  ]);
  expect(await queue.states()).toEqual({ a: "ready" });
});
