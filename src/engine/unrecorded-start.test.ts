import { expect, test } from "vitest";
import { OrchestraError } from "../core/errors.ts";
import { executeOrThrow } from "../store/execute.ts";
import type { Store } from "../store/store.ts";
import { dispatchOnce } from "./dispatcher.ts";
import { runQueue } from "./run-queue.ts";
import { rememberAgentHolds } from "./agent-holds.ts";
import { aQueue, NEVER, type SimulatedQueue } from "./testing/a-queue.ts";

const A_MINUTE = { takesMs: 60_000 };

test("an agent whose start could not be put on record is watched again, not started again", async () => {
  const queue = aQueue(() => A_MINUTE);
  await queue.add({ id: "a" });
  const problems: string[] = [];
  const store = refusing(queue.store, 1);
  const onProblem = (doing: string): void => void problems.push(doing);
  const deps = { ...(await queue.deps()), store, onProblem };

  await queue.clock.runUntilDone(runQueue(deps, NEVER));
  expect(problems).toEqual(["working attempt a-1"]);
  expect(queue.world.started).toEqual(["a-1"]);
  expect(await queue.store.attemptsOf("a")).toMatchObject([
    { state: "succeeded", workspacePath: "/w/a", baseCommit: "base", sessionId: "session" },
  ]);
});

test("an agent whose start another process has put on record is watched again, not ended", async () => {
  const queue = aQueue(() => A_MINUTE);
  await queue.add({ id: "a" });
  const transact: Store["transact"] = async (scope, decide) => {
    const outcome = await queue.store.transact(scope, decide);
    const isStart =
      outcome.kind === "committed" && outcome.events.some(({ type }) => type === "attempt_started");
    return isStart ? queue.store.transact(scope, decide) : outcome;
  };
  const store = { ...queue.store, transact };

  await queue.clock.runUntilDone(runQueue({ ...(await queue.deps()), store }, NEVER));
  expect(queue.world.started).toEqual(["a-1"]);
  expect(await queue.store.attemptsOf("a")).toMatchObject([{ state: "succeeded" }]);
});

test("an agent that is watched anew before its start was on record is not stopped by that", async () => {
  const queue = aQueue(() => A_MINUTE);
  await queue.add({ id: "a" });
  const deps = await queue.deps();
  let looks = 0;
  const inspect: typeof deps.processes.inspect = async (folder) => {
    looks += 1;
    // The first look of who watches; those before belong to the start.
    if (looks === 3) throw new Error("nobody can look");
    return deps.processes.inspect(folder);
  };
  const takeAgain = (): void => deps.bus.publish({ kind: "changed", isDispatched: false });
  const run = { ...deps, processes: { ...deps.processes, inspect }, onProblem: takeAgain };

  await queue.clock.runUntilDone(runQueue(run, NEVER));
  expect(queue.world.started).toEqual(["a-1"]);
  expect(await queue.store.attemptsOf("a")).toMatchObject([{ state: "succeeded" }]);
});

test("an agent whose node was killed before its start was on record is taken up with its session", async () => {
  const queue = aQueue(() => A_MINUTE);
  await leftUnrecorded(queue);
  const deps = { ...(await queue.deps()), newSessionId: () => "another session" };

  await queue.clock.runUntilDone(runQueue(deps, NEVER));
  expect(queue.world.started).toEqual(["a-1"]);
  expect(await queue.store.attemptsOf("a")).toMatchObject([
    { state: "succeeded", sessionId: "session" },
  ]);
});

test("an agent that is cancelled before its start was on record is ended, and its work kept", async () => {
  const queue = aQueue(() => ({ takesMs: 1e9 }));
  await leftUnrecorded(queue);
  await cancel(queue);

  await queue.run();
  expect(queue.world.alive()).toBe(0);
  expect(await queue.store.attemptsOf("a")).toMatchObject([
    { state: "cancelled", commit: "commit-of-a-1" },
  ]);
});

test("a start that is still on its way when its attempt is cancelled starts nothing", async () => {
  const queue = aQueue(() => A_MINUTE);
  await queue.add({ id: "a" });
  const deps = await queue.deps();
  const agentHolds = rememberAgentHolds(deps);
  await dispatchOnce({ ...deps, agentHolds });
  await cancel(queue);

  await queue.run();
  expect(await queue.store.attemptsOf("a")).toMatchObject([{ state: "cancelled" }]);
  await queue.world.processes.start({
    folder: "a-1",
    command: [],
    cwd: "/w/a",
    env: {},
    stdinFile: undefined,
    note: "",
  });
  expect(queue.world.started).toEqual([]);
});

test("where nothing could start any more, no session is said to have begun", async () => {
  const queue = aQueue();
  await queue.add({ id: "a" });
  await queue.world.processes.terminate("a-1", 0);

  await queue.run();
  expect(await queue.store.attemptsOf("a")).toMatchObject([
    { state: "lost", startedAtMs: undefined },
    { state: "succeeded", resumesSession: false },
  ]);
});

async function cancel(queue: SimulatedQueue): Promise<void> {
  const nowMs = queue.clock.nowMs();
  await executeOrThrow(queue.store, {
    type: "cancel_task",
    nowMs,
    taskId: "a",
    dependents: "wait",
  });
}

/** A queue that was left with an agent at work, and with nothing of that on its blackboard. */
async function leftUnrecorded(queue: SimulatedQueue): Promise<void> {
  await queue.add({ id: "a" });
  const stop = new AbortController();
  const store = refusing(queue.store, Infinity);
  const deps = { ...(await queue.deps()), store, onProblem: () => undefined };
  const run = queue.clock.runUntilDone(runQueue(deps, stop.signal));
  await queue.clock.advance(5_000);
  stop.abort();
  await run;
  expect(queue.world.alive()).toBe(1);
  expect(await queue.store.attemptsOf("a")).toMatchObject([
    { state: "queued", workspacePath: undefined },
  ]);
}

/** The store, but so that starts cannot be put on record so many times. */
function refusing(store: Store, times: number): Store {
  let left = times;
  return {
    ...store,
    transact: async (scope, decide) =>
      store.transact(scope, (state) => {
        const decision = decide(state);
        const isStart =
          decision.kind === "accepted" &&
          decision.events.some(({ type }) => type === "attempt_started");
        if (!isStart || left <= 0) return decision;
        left -= 1;
        throw new OrchestraError("STORE_UNAVAILABLE", "The server is away.");
      }),
  };
}
