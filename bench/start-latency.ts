import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createCommandAdapter } from "../src/agents/command.ts";
import { createPosixProcesses } from "../src/agents/process/posix-processes.ts";
import { machineProcessTable } from "../src/agents/process/process-table.ts";
import { createInProcessBus } from "../src/cluster/in-process-bus.ts";
import { createFileAttemptFolders } from "../src/cluster/node/file-attempt-folders.ts";
import { takeLease } from "../src/engine/dispatcher-lease.ts";
import { runQueue } from "../src/engine/run-queue.ts";
import { createSimulatedWorld } from "../src/engine/testing/simulated-ports.ts";
import { executeOrThrow } from "../src/store/execute.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { systemClock } from "../src/system-clock.ts";
import { aTask } from "./a-task.ts";
import { percentile } from "./measure.ts";

/** From queued by another connection to its process started, with few and with many tasks queued. */
const SAMPLES = 100;
const BACKLOG = 100_000;
const BATCH = 10_000;

const without = await latencies(0);
const withBacklog = await latencies(BACKLOG);
const shown = (values: readonly number[]): string =>
  `p50 ${percentile(values, 0.5)} ms, p99 ${percentile(values, 0.99)} ms`;
console.log(
  `ready to started: ${shown(without)} with 0 queued, ${shown(withBacklog)} with ${BACKLOG} queued; ` +
    `p99 ratio ${(percentile(withBacklog, 0.99) / percentile(without, 0.99)).toFixed(2)}× (${SAMPLES} samples each)`,
);

async function latencies(backlog: number): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-bench-"));
  const file = join(folder, "blackboard.db");
  const store = openSqliteStore(file);
  for (let from = 0; from < backlog; from += BATCH) {
    // Of an agent with no free slot: ready, in the way, and not to be started.
    const tasks = Array.from({ length: BATCH }, (_, index) => aTask(`old-${from + index}`, "busy"));
    await executeOrThrow(store, { type: "add_tasks", nowMs: Date.now(), runId: "queue", tasks });
  }
  const stop = new AbortController();
  const running = work(folder, store, stop.signal);
  const other = openSqliteStore(file);
  const values: number[] = [];
  for (let index = 0; index < SAMPLES; index += 1) {
    const id = `new-${index}`;
    const tasks = [aTask(id, "true")];
    await executeOrThrow(other, { type: "add_tasks", nowMs: Date.now(), runId: "queue", tasks });
    values.push(await started(other, id));
  }
  stop.abort();
  await running;
  await other.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  return values;
}

async function started(store: ReturnType<typeof openSqliteStore>, id: string): Promise<number> {
  for (;;) {
    const task = await store.task(id);
    const [attempt] = await store.attemptsOf(id);
    if (task?.state === "complete" && attempt?.startedAtMs !== undefined) {
      return attempt.startedAtMs - task.createdAtMs;
    }
    await pause(5);
  }
}

async function work(
  folder: string,
  store: ReturnType<typeof openSqliteStore>,
  stop: AbortSignal,
): Promise<void> {
  const bus = createInProcessBus();
  const processes = createPosixProcesses({
    table: machineProcessTable(),
    clock: systemClock,
    onExit: (path) => bus.publish({ kind: "process_ended", folder: path }),
  });
  const taking = await takeLease({ store, clock: systemClock, processes });
  if (taking.kind === "held") throw new Error("The lease is held.");
  const world = createSimulatedWorld(systemClock, () => ({ takesMs: 0 }));
  const config = {
    name: "true",
    adapter: "command",
    command: ["true"],
    model: undefined,
    promptBy: "stdin",
    env: {},
    limit: undefined,
  } as const;
  // Parked far ahead, so that the queue does not end between two samples.
  const waiting = { ...aTask("waiting", "true") };
  await executeOrThrow(store, {
    type: "add_tasks",
    nowMs: Date.now(),
    runId: "queue",
    tasks: [waiting],
  });
  await store.transact({ taskIds: [waiting.id] }, () => ({
    kind: "accepted",
    events: [
      {
        type: "task_parked",
        runId: "queue",
        atMs: Date.now(),
        taskId: waiting.id,
        untilMs: Date.now() + 3_600_000,
        reason: "It keeps the queue open.",
      },
    ],
  }));
  await runQueue(
    {
      ...world,
      workspaces: {
        ...world.workspaces,
        prepare: async ({ branch, baseBranch }) => ({
          path: folder,
          branch,
          baseBranch,
          baseCommit: "base",
          env: {},
        }),
        list: async () => [],
      },
      folders: createFileAttemptFolders(join(folder, "attempts")),
      nodeId: "local",
      store,
      bus,
      clock: systemClock,
      processes,
      lease: taking.lease,
      nodes: () => [{ id: "local", capacity: 4, agents: ["true", "busy"] }],
      agentLimits: { busy: 0 },
      agent: async () => ({ adapter: createCommandAdapter(config), config }),
      env: { PATH: process.env["PATH"] ?? "" },
      newSessionId: () => "",
      random: () => 0,
      onProblem: (doing, error) => {
        throw new Error(doing, { cause: error });
      },
    },
    stop,
  );
}
