import { expect, test } from "vitest";
import type { Failure } from "../core/failure.ts";
import { executeOrThrow } from "../store/execute.ts";
import { runQueue, type QueueDeps } from "./run-queue.ts";
import { aQueue, NEVER, QUICK, type SimulatedQueue } from "./testing/a-queue.ts";

const RESET_AT_MS = 1_000_000 + 3_600_000;
const QUOTA: Failure = { class: "quota", message: "Usage limit reached.", resetAtMs: RESET_AT_MS };
const AUTH: Failure = { class: "auth", message: "Not logged in." };
const LATER = ["d", "e", "f"];

const nodes: QueueDeps["nodes"] = () => [{ id: "here", capacity: 3, agents: ["claude", "codex"] }];

test("a usage limit holds its agent after a restart, too, which says so", async () => {
  const queue = await stoppedOn(QUOTA);
  await queue.add(...LATER.map((id) => ({ id })));
  const deps = await queue.deps();
  const told: string[] = [];
  deps.bus.subscribe((hint) => {
    if (hint.kind === "held") told.push(`${hint.hold.agent} until ${hint.hold.untilMs}`);
  });
  await workFor(queue, deps);
  expect(await begun(queue)).toEqual([]);
  expect(told).toEqual([`claude until ${RESET_AT_MS}`]);

  await queue.clock.runUntilDone(runQueue(await queue.deps(), NEVER));
  expect(Object.values(await queue.states())).toEqual(Array.from({ length: 6 }, () => "complete"));
  expect(queue.clock.nowMs()).toBeGreaterThan(RESET_AT_MS);
});

test("an agent that is logged out is asked by no other task after a restart", async () => {
  const queue = await stoppedOn(AUTH);
  await queue.add(...LATER.map((id) => ({ id })));
  expect(await queue.run()).toEqual({ kind: "empty", deferredMerges: 0 });
  expect(await begun(queue)).toEqual([]);
});

test.each([QUOTA, AUTH])(
  "a task that was sent back before a restart lets all of its agent in: %s",
  async (failure) => {
    const queue = await stoppedOn(failure);
    await queue.add(...LATER.map((id) => ({ id })));
    await sendBack(queue, "b");
    await workFor(queue);
    expect(await begun(queue)).toEqual(LATER);
  },
);

test("an agent that was let go before a restart stays so, whoever else still waits", async () => {
  const queue = await stoppedOn(AUTH);
  await sendBack(queue, "b");
  await queue.run();
  await queue.add(...LATER.map((id) => ({ id })));
  await queue.run();
  expect(await queue.states()).toMatchObject({ a: "waiting_human", b: "complete", d: "complete" });
});

test.each([1, 2, 3])(
  "what a person sends back just before look %i at the queue is worked by that run",
  async (look) => {
    const queue = await stoppedOn(AUTH);
    const deps = await queue.deps();
    let looks = 0;
    const transact: QueueDeps["store"]["transact"] = async (scope, decide) => {
      if (scope.assignment) looks += 1;
      if (scope.assignment && looks === look) await sendBack(queue, "b");
      return deps.store.transact(scope, decide);
    };
    await queue.clock.runUntilDone(
      runQueue({ ...deps, store: { ...deps.store, transact } }, NEVER),
    );
    expect(await queue.states()).toMatchObject({ a: "waiting_human", b: "complete" });
  },
);

test("another agent starts at once", async () => {
  const queue = await stoppedOn(AUTH);
  await queue.add({ id: "d", agent: "codex" });
  await queue.clock.runUntilDone(runQueue({ ...(await queue.deps()), nodes }, NEVER));
  expect(await begun(queue)).toEqual(["d"]);
});

/** A queue on which three tasks have failed together, and that nobody works any more. */
async function stoppedOn(failure: Failure): Promise<SimulatedQueue> {
  const first = ["a-1", "b-1", "c-1"];
  const queue = aQueue((id) =>
    first.includes(id)
      ? { takesMs: 10, outcome: { kind: "failed", end: "failed", failure } }
      : QUICK,
  );
  await queue.add({ id: "a" }, { id: "b" }, { id: "c" });
  await workFor(queue);
  return queue;
}

async function workFor(queue: SimulatedQueue, given?: QueueDeps): Promise<void> {
  const stop = new AbortController();
  const working = runQueue(given ?? (await queue.deps()), stop.signal);
  await queue.clock.advance(60_000);
  stop.abort();
  await queue.clock.runUntilDone(working);
}

async function sendBack({ store, clock }: SimulatedQueue, taskId: string): Promise<void> {
  const nowMs = clock.nowMs();
  await executeOrThrow(store, { type: "retry_task", nowMs, taskId, note: undefined });
}

async function begun({ store }: SimulatedQueue): Promise<readonly string[]> {
  const attempts = await store.attemptsOf(...LATER);
  return attempts.map(({ taskId }) => taskId);
}
