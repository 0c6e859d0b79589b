import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
import { median } from "./measure.ts";

/** Whole lives of agents that are the process `true`, against bare spawns of it. */
const ROUNDS = Number(process.argv[2] ?? 10);
const TASKS = 200;
const PARALLEL = 8;
const NEVER = new AbortController().signal;

const bus = createInProcessBus();
const processes = createPosixProcesses({
  table: machineProcessTable(),
  clock: systemClock,
  onExit: (folder) => bus.publish({ kind: "process_ended", folder }),
});

// Emptied at the end: ext4 shuns what was deleted in the last minutes, and looks at all of it.
const root = mkdtempSync(join(tmpdir(), "orchestra-bench-"));
const ratios: number[] = [];
const ours: number[] = [];
const bare: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const one = (TASKS * 1_000) / (await workTasks(join(root, String(round))));
  const other = (TASKS * 1_000) / spawnBare();
  ours.push(one);
  bare.push(other);
  ratios.push(one / other);
}
console.log(
  `process agents: ${median(ours).toFixed(0)} tasks/s, bare spawns of true ${median(bare).toFixed(0)}/s, ` +
    `ratio ${median(ratios).toFixed(2)}× (${PARALLEL} at a time, medians of ${ROUNDS} rounds of ${TASKS})`,
);
rmSync(root, { recursive: true });

/** Milliseconds from a full queue to an empty one; git alone is left out. */
async function workTasks(folder: string): Promise<number> {
  mkdirSync(folder);
  const store = openSqliteStore(join(folder, "blackboard.db"));
  const tasks = Array.from({ length: TASKS }, (_, index) => aTask(`task-${index}`, "true"));
  await executeOrThrow(store, { type: "add_tasks", nowMs: Date.now(), runId: "queue", tasks });
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
  const startedMs = performance.now();
  await runQueue(
    {
      ...world,
      workspaces: {
        ...world.workspaces,
        prepare: async (request) => {
          const { branch, baseBranch } = request;
          return { path: folder, branch, baseBranch, baseCommit: "base", env: {} };
        },
        list: async () => [],
      },
      folders: createFileAttemptFolders(join(folder, "attempts")),
      nodeId: "local",
      store,
      bus,
      clock: systemClock,
      processes,
      lease: taking.lease,
      nodes: () => [{ id: "local", capacity: PARALLEL, agents: ["true"] }],
      agentLimits: {},
      agent: async () => ({ adapter: createCommandAdapter(config), config }),
      env: { PATH: process.env["PATH"] ?? "" },
      newSessionId: () => "",
      random: () => 0,
      onProblem: (doing, error) => {
        throw new Error(doing, { cause: error });
      },
    },
    NEVER,
  );
  const tookMs = performance.now() - startedMs;
  const { complete } = await store.countTasks();
  if (complete !== TASKS) throw new Error(`Only ${complete} of ${TASKS} tasks are complete.`);
  await store.close();
  return tookMs;
}

/** In a process of its own, as small as Node gets: a grown one spawns at a third of the rate. */
function spawnBare(): number {
  const file = join(import.meta.dirname, "bare-spawns.ts");
  return Number(execFileSync(process.execPath, [file, String(TASKS), String(PARALLEL)]));
}
