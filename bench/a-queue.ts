import { join } from "node:path";
import { createCommandAdapter } from "../src/agents/command/command.ts";
import { createPosixProcesses } from "../src/agents/process/posix-processes.ts";
import { machineProcessTable } from "../src/agents/process/process-table.ts";
import { createInProcessBus } from "../src/cluster/in-process-bus.ts";
import { createFileAttemptFolders } from "../src/cluster/node/file-attempt-folders.ts";
import type { Agent } from "../src/cluster/node/deps.ts";
import { takeLease } from "../src/engine/dispatcher-lease.ts";
import { runQueue, type QueueDeps } from "../src/engine/run-queue.ts";
import { createSimulatedWorld } from "../src/engine/testing/simulated-ports.ts";
import type { Store } from "../src/store/store.ts";
import { systemClock } from "../src/system-clock.ts";

export type Queue = {
  readonly store: Store;
  readonly deps: Omit<QueueDeps, "store" | "lease">;
};

/** The agent that benchmarks work with. */
export const AGENT = "true";

const CONFIG = {
  name: AGENT,
  adapter: "command",
  command: ["true"],
  model: undefined,
  promptBy: "stdin",
  resume: [],
  output: undefined,
  template: undefined,
  permissions: "allow",
  env: {},
  limit: undefined,
} as const;

/** The parts of an engine whose agents, git and checks cost nothing and happen at once. */
export function simulatedParts(parallel: number): Queue["deps"] {
  const world = createSimulatedWorld(systemClock, () => ({ takesMs: 0 }));
  return {
    ...world,
    nodeId: "local",
    bus: createInProcessBus(),
    clock: systemClock,
    nodes: () => [{ id: "local", capacity: parallel, agents: [AGENT] }],
    agentLimits: {},
    sameProvider: (agent) => [agent],
    agent: async () => ({ adapter: world.adapter, config: CONFIG }),
    env: { PATH: process.env["PATH"] ?? "" },
    newSessionId: () => "session",
    random: () => 0,
    onProblem: (doing, error) => {
      throw new Error(doing, { cause: error });
    },
  };
}

/** The same with real processes that run `true` in `folder`, and real files; git alone is left out. */
export function processParts(parallel: number, folder: string): Queue["deps"] {
  const parts = simulatedParts(parallel);
  const { bus, workspaces } = parts;
  const agent: Agent = { adapter: createCommandAdapter(CONFIG), config: CONFIG };
  return {
    ...parts,
    agent: async () => agent,
    folders: createFileAttemptFolders(join(folder, "attempts")),
    processes: createPosixProcesses({
      table: machineProcessTable(),
      clock: systemClock,
      onExit: (path) => bus.publish({ kind: "process_ended", folder: path }),
    }),
    workspaces: {
      ...workspaces,
      prepare: async ({ branch, baseBranch }) => ({
        path: folder,
        branch,
        baseBranch,
        baseCommit: "base",
        env: {},
      }),
      list: async () => [],
    },
  };
}

/** Works a queue until it is empty or `stop` aborts; returns the milliseconds it took. */
export async function workQueue({ store, deps }: Queue, stop: AbortSignal): Promise<number> {
  const taking = await takeLease({ store, clock: systemClock, processes: deps.processes });
  if (taking.kind === "held") throw new Error("The lease is held.");
  const startedMs = performance.now();
  await runQueue({ ...deps, store, lease: taking.lease }, stop);
  const tookMs = performance.now() - startedMs;
  await taking.lease.release();
  return tookMs;
}

/** Fails unless all of the queue's tasks are complete. */
export async function requireComplete(store: Store, tasks: number): Promise<void> {
  const { complete } = await store.countTasks();
  if (complete !== tasks) throw new Error(`Only ${complete} of ${tasks} tasks are complete.`);
}
