import { anAgentConfig } from "../../agents/testing/requests.ts";
import { createInProcessBus } from "../../cluster/in-process-bus.ts";
import type { TaskDefinition } from "../../core/events.ts";
import { createFakeClock, type FakeClock } from "../../core/testing/fake-clock.ts";
import { executeOrThrow } from "../../store/execute.ts";
import { openMemoryStore } from "../../store/memory/memory-store.ts";
import type { Store } from "../../store/store.ts";
import { takeLease } from "../dispatcher-lease.ts";
import { runQueue, type QueueDeps, type QueueEnd } from "../run-queue.ts";
import { createSimulatedWorld, type Deed, type SimulatedWorld } from "./simulated-ports.ts";

export const QUICK: Deed = { takesMs: 1_000 };
export const NEVER = new AbortController().signal;

/** A queue on simulated ports under a fake clock. */
export type SimulatedQueue = {
  readonly clock: FakeClock;
  readonly store: Store;
  readonly world: SimulatedWorld;
  readonly add: (...tasks: readonly Partial<TaskDefinition>[]) => Promise<void>;
  readonly run: (stop?: AbortSignal) => Promise<QueueEnd>;
  readonly deps: () => Promise<QueueDeps>;
  readonly states: () => Promise<Record<string, string>>;
};

export function aQueue(
  script: (attemptId: string) => Deed = () => QUICK,
  capacity = 3,
): SimulatedQueue {
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
      sameProvider: (agent) => [agent],
      agent: async (name) => ({
        adapter: world.adapter,
        config: anAgentConfig({ name, adapter: "simulated" }),
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
    deps,
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
