import { expect, test } from "vitest";
import { createInProcessBus } from "../cluster/in-process-bus.ts";
import type { TaskDefinition } from "../core/events.ts";
import { executeOrThrow } from "../store/execute.ts";
import { openMemoryStore } from "../store/memory/memory-store.ts";
import type { Store } from "../store/store.ts";
import { takeLease } from "./dispatcher-lease.ts";
import { runQueue, type QueueDeps, type QueueEnd } from "./run-queue.ts";
import { createFakeClock, type FakeClock } from "./testing/fake-clock.ts";
import { createSimulatedWorld, type Deed, type SimulatedWorld } from "./testing/simulated-ports.ts";

const QUICK: Deed = { takesMs: 1_000 };
const NEVER = new AbortController().signal;

type Setup = {
  readonly clock: FakeClock;
  readonly store: Store;
  readonly world: SimulatedWorld;
  readonly add: (...tasks: readonly Partial<TaskDefinition>[]) => Promise<void>;
  readonly run: (stop?: AbortSignal) => Promise<QueueEnd>;
  readonly states: () => Promise<Record<string, string>>;
};

function setup(script: (attemptId: string) => Deed = () => QUICK, capacity = 3): Setup {
  const clock = createFakeClock();
  const store = openMemoryStore();
  const world = createSimulatedWorld(clock, script);
  const deps = async (): Promise<QueueDeps> => {
    const taking = await takeLease({ store, clock, processes: world.processes });
    if (taking.kind === "held") throw new Error("The lease is held.");
    return {
      ...world,
      nodeId: "here",
      store,
      clock,
      bus: createInProcessBus(),
      lease: taking.lease,
      nodes: () => [{ id: "here", capacity, agents: ["claude"] }],
      agentLimits: {},
      agent: async (name) => ({
        adapter: world.adapter,
        config: {
          name,
          adapter: "simulated",
          command: [],
          model: undefined,
          promptBy: "stdin",
          env: {},
          limit: undefined,
        },
      }),
      env: {},
      newSessionId: () => "session",
      random: () => 0.5,
      onProblem: (doing, error) => {
        throw new Error(doing, { cause: error });
      },
    };
  };
  return {
    clock,
    store,
    world,
    add: async (...tasks) => {
      const definitions = tasks.map((task) => ({ ...A_TASK, title: task.id ?? "task", ...task }));
      const nowMs = clock.nowMs();
      await executeOrThrow(store, { type: "add_tasks", nowMs, runId: "queue", tasks: definitions });
    },
    run: async (stop = NEVER) => clock.runUntilDone(runQueue(await deps(), stop)),
    states: async () => {
      const tasks = await store.tasks({ limit: 1_000 });
      return Object.fromEntries(tasks.map((task) => [task.id, task.state]));
    },
  };
}

const A_TASK: TaskDefinition = {
  id: "task",
  title: "A task",
  prompt: "Do it.",
  role: "coder",
  agent: "claude",
  priority: 5,
  dependsOn: [],
  acceptanceCriteria: [],
  checks: [],
  limits: { timeoutMs: 3_600_000, stallMs: 0, maxRetries: 4 },
  targetBranch: "main",
  merges: true,
};

test("tasks are worked after what they depend on, and all are merged", async () => {
  const { add, run, states, world } = setup();
  await add({ id: "a" }, { id: "b", dependsOn: ["a"] }, { id: "c", dependsOn: ["a", "b"] });

  expect(await run()).toEqual({ kind: "empty", deferredMerges: 0 });
  expect(await states()).toEqual({ a: "complete", b: "complete", c: "complete" });
  expect(world.merged).toEqual(["a-1", "b-1", "c-1"]);
});

test("never more agents run than the node has room for", async () => {
  const { add, run, world } = setup(() => QUICK, 2);
  await add(...Array.from({ length: 9 }, (_, index) => ({ id: `t${index}` })));

  await run();
  expect(world.peak()).toBe(2);
  expect(world.merged).toHaveLength(9);
});

test("a retry is told what the failed attempt did and which check failed", async () => {
  const { add, run, states, world } = setup((id) =>
    id === "a-1" ? { takesMs: 10, failingCheck: "npm test" } : QUICK,
  );
  await add({
    id: "a",
    checks: [{ kind: "command", name: "npm test", command: ["npm", "test"], timeoutMs: 1_000 }],
  });

  await run();
  expect(await states()).toEqual({ a: "complete" });
  expect(world.prompts.get("a-2")).toContain("output of npm test");
  expect(world.prompts.get("a-2")).toContain("words of a-1");
});

test("a task that keeps failing waits for a person after its retries, and others go on", async () => {
  const { add, run, states, world } = setup((id) =>
    id.startsWith("bad")
      ? {
          takesMs: 10,
          outcome: {
            kind: "failed",
            end: "failed",
            failure: { class: "process_crash", message: "It crashed." },
          },
        }
      : QUICK,
  );
  await add({ id: "bad" }, { id: "good" }, { id: "after", dependsOn: ["bad"] });

  expect(await run()).toEqual({ kind: "empty", deferredMerges: 0 });
  expect(await states()).toEqual({ bad: "waiting_human", good: "complete", after: "planned" });
  expect(world.started.filter((id) => id.startsWith("bad"))).toHaveLength(5);
});

test("a usage limit parks the task until its reset and uses no retry", async () => {
  const resetAtMs = 1_000_000 + 3_600_000;
  const { add, run, store, clock } = setup((id) =>
    id === "a-1"
      ? {
          takesMs: 10,
          outcome: {
            kind: "failed",
            end: "failed",
            failure: { class: "quota", message: "Usage limit reached.", resetAtMs },
          },
        }
      : QUICK,
  );
  await add({ id: "a", limits: { timeoutMs: 1e9, stallMs: 0, maxRetries: 0 } });

  await run();
  expect(await store.task("a")).toMatchObject({ state: "complete", failureCount: 0 });
  expect(clock.nowMs()).toBeGreaterThan(resetAtMs);
});

test("an agent that runs past its timeout is ended", async () => {
  const { add, run, store, world } = setup(() => ({ takesMs: 1e9 }));
  await add({ id: "a", limits: { timeoutMs: 60_000, stallMs: 0, maxRetries: 0 } });

  await run();
  expect(await store.attemptsOf("a")).toMatchObject([{ state: "timed_out" }]);
  expect(world.alive()).toBe(0);
});

test("agents outlive the engine, and the next one takes them up without starting them again", async () => {
  const { add, run, states, world, clock } = setup(() => ({ takesMs: 60_000 }));
  await add({ id: "a" }, { id: "b" });
  const stop = new AbortController();
  const first = run(stop.signal);
  await clock.advance(5_000);
  stop.abort();

  expect(await first).toEqual({ kind: "stopped" });
  expect(world.alive()).toBe(2);
  expect(await run()).toEqual({ kind: "empty", deferredMerges: 0 });
  expect(await states()).toEqual({ a: "complete", b: "complete" });
  expect(world.started.toSorted()).toEqual(["a-1", "b-1"]);
});

test("cancelling a running task ends its agent and keeps its slot until it is dead", async () => {
  const { add, run, store, clock, world } = setup(() => ({ takesMs: 1e9 }));
  await add({ id: "a" });
  const running = run();
  await clock.advance(5_000);
  expect(world.alive()).toBe(1);
  const nowMs = clock.nowMs();
  await executeOrThrow(store, {
    type: "cancel_task",
    nowMs,
    taskId: "a",
    dependents: "wait",
  });

  await running;
  expect(world.alive()).toBe(0);
  expect(await store.task("a")).toMatchObject({ state: "cancelled" });
  expect(await store.attemptsOf("a")).toMatchObject([{ state: "cancelled" }]);
});

test("a merge conflict sends the task back with the conflict, starting from the target", async () => {
  const { add, run, world, store } = setup((id) => ({ takesMs: 10, conflicts: id === "a-1" }));
  await add({ id: "a" });

  await run();
  expect(await store.attemptsOf("a")).toMatchObject([
    { state: "failed", failure: { class: "merge_conflict" } },
    { state: "succeeded", startFrom: "target" },
  ]);
  expect(world.prompts.get("a-2")).toContain("conflicts with main in a.txt");
  expect(world.prompts.get("a-2")).toContain("<<<<");
});

test("a merge into a dirty checkout waits, and says why", async () => {
  const { add, run, world, store } = setup();
  world.dirtyFiles.push("notes.txt");
  await add({ id: "a" });

  expect(await run()).toEqual({ kind: "empty", deferredMerges: 1 });
  expect((await store.task("a"))?.waitReason).toContain("uncommitted changes");
  world.dirtyFiles.length = 0;
  await run();
  expect(await store.task("a")).toMatchObject({ state: "complete" });
});
