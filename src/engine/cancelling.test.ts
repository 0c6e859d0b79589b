import { expect, test } from "vitest";
import { OrchestraError } from "../core/errors.ts";
import type { CheckSpec } from "../core/task.ts";
import { NO_USAGE } from "../core/usage.ts";
import { executeOrThrow } from "../store/execute.ts";
import type { CheckRequest } from "../verify/check-runner.ts";
import type { CollectRequest, Workspace } from "../workspace/workspace.ts";
import { runQueue } from "./run-queue.ts";
import { aQueue, NEVER, type SimulatedQueue } from "./testing/a-queue.ts";

const HOUR_MS = 3_600_000;
const SLOW_CHECK: CheckSpec = {
  kind: "command",
  name: "slow",
  command: ["sleep", "3600"],
  timeoutMs: HOUR_MS,
};

/** Runs the queue until its task `a` is cancelled while it is proven; returns whose output was cut. */
async function cancelledInChecks(queue: SimulatedQueue): Promise<string[]> {
  const { add, clock, deps, store } = queue;
  await add({ id: "a", checks: [SLOW_CHECK] });
  const cut: string[] = [];
  const own = await deps();
  const running = runQueue(
    {
      ...own,
      checks: {
        run: async (_request, signal) => {
          await clock.sleep(HOUR_MS, signal);
          return [];
        },
      },
      folders: {
        ...own.folders,
        cutOutput: async (id) => {
          const [attempt] = await store.attemptsOf("a");
          cut.push(`${id}, ${attempt?.state}`);
        },
      },
    },
    NEVER,
  );
  await clock.advance(10_000);
  expect((await store.task("a"))?.state).toBe("awaiting_qa");
  await cancel(queue);
  await clock.runUntilDone(running);
  return cut;
}

test("a task that is cancelled while it is proven frees its slot at once", async () => {
  const queue = aQueue();
  const startedAtMs = queue.clock.nowMs();
  await cancelledInChecks(queue);

  expect(queue.clock.nowMs() - startedAtMs).toBeLessThan(HOUR_MS);
  expect(await queue.store.attemptsOf("a")).toMatchObject([{ state: "cancelled" }]);
});

test("output is cut only when the end of its attempt is on record", async () => {
  expect(await cancelledInChecks(aQueue())).toEqual(["a-1, cancelled"]);
});

test("a task that is cancelled frees its slot, also where its work cannot be collected", async () => {
  const queue = aQueue(() => ({ takesMs: HOUR_MS }));
  await queue.add({ id: "a" });
  const own = await queue.deps();
  const workspaces = { ...own.workspaces, collect: collectNothing };
  const running = runQueue({ ...own, workspaces }, NEVER);
  await queue.clock.advance(10_000);
  await cancel(queue);
  await queue.clock.runUntilDone(running, HOUR_MS);

  expect(await queue.store.attemptsOf("a")).toMatchObject([
    { state: "cancelled", failure: { message: expect.stringContaining("could not be collected") } },
  ]);
});

test("what another process has ended meanwhile is not checked where the next attempt works", async () => {
  const queue = aQueue();
  await queue.add({ id: "a", checks: [SLOW_CHECK] });
  const own = await queue.deps();
  const checked: (string | undefined)[] = [];
  const run = {
    ...own,
    checks: {
      run: async ({ commit }: CheckRequest) => {
        checked.push(commit);
        return [];
      },
    },
    workspaces: {
      ...own.workspaces,
      collect: async (workspace: Workspace, request: CollectRequest) => {
        if (request.attemptId === "a-1") await endElsewhere(queue);
        return own.workspaces.collect(workspace, request);
      },
    },
  };
  await queue.clock.runUntilDone(runQueue(run, NEVER));

  expect(checked).toEqual(["commit-of-a-2"]);
});

test("what another process gives back is proven no further, and the next attempt waits for that", async () => {
  const queue = aQueue();
  await queue.add({ id: "a", checks: [SLOW_CHECK] });
  const own = await queue.deps();
  const startedBesideChecks: string[] = [];
  const run: typeof own.checks.run = async ({ commit }, signal) => {
    if (commit === "commit-of-a-2") return [];
    await queue.clock.sleep(HOUR_MS, signal);
    await queue.clock.sleep(1_000, NEVER);
    startedBesideChecks.push(...queue.world.started);
    return [];
  };
  const running = runQueue({ ...own, checks: { run } }, NEVER);
  await queue.clock.advance(10_000);
  const given = { attemptId: "a-1", epoch: 1, nowMs: queue.clock.nowMs() };
  const why = { reason: "It was paused.", jitter: 0, byHuman: true };
  await executeOrThrow(queue.store, { type: "return_attempt", ...given, ...why });
  await queue.clock.runUntilDone(running, HOUR_MS / 2);

  expect(startedBesideChecks).toEqual(["a-1"]);
  expect(await queue.states()).toEqual({ a: "complete" });
});

async function endElsewhere({ store, clock }: SimulatedQueue): Promise<void> {
  await executeOrThrow(store, {
    type: "end_attempt",
    attemptId: "a-1",
    epoch: 1,
    nowMs: clock.nowMs(),
    end: "failed",
    failure: { class: "timeout", message: "Its time is up." },
    evidence: [],
    commit: undefined,
    summary: undefined,
    spending: { sessionId: undefined, usage: NO_USAGE, costUsd: 0, costIsEstimated: false },
    jitter: 0,
  });
}

async function collectNothing(): Promise<never> {
  throw new OrchestraError("GIT_FAILED", "Running git add failed.");
}

async function cancel({ store, clock }: SimulatedQueue): Promise<void> {
  const given = { taskId: "a", dependents: "wait", nowMs: clock.nowMs() } as const;
  await executeOrThrow(store, { type: "cancel_task", ...given });
}
