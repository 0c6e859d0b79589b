import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createCommandAdapter } from "../src/agents/command/command.ts";
import type { QueueDeps } from "../src/engine/run-queue.ts";
import { executeOrThrow } from "../src/store/execute.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { AGENT, processParts, workQueue, type Queue } from "./a-queue.ts";
import { aTask } from "./a-task.ts";
import { makeBacklog } from "./backlog.ts";
import { median } from "./measure.ts";

/** How long a new process takes to adopt all agents of one that was killed. */
const ROUNDS = 5;
const RUNNING = 500;
const BACKLOG = { ready: 100_000, parked: 1 };

const [folderOfChild] = process.argv.slice(2);
if (folderOfChild === undefined) await measure();
else await workQueue(queueIn(folderOfChild), new AbortController().signal);

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-bench-"));
  await makeBacklog(join(folder, "blackboard.db"), BACKLOG);
  const { store } = queueIn(folder);
  const tasks = Array.from({ length: RUNNING }, (_, index) => aTask(`task-${index}`, AGENT));
  await executeOrThrow(store, { type: "add_tasks", nowMs: Date.now(), runId: "queue", tasks });
  await workAndKill(folder, store);

  const tookMs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) tookMs.push(await adopt(folder));
  console.log(
    `recovery: ${RUNNING} running attempts adopted in ${median(tookMs).toFixed(0)} ms, with ` +
      `${BACKLOG.ready} tasks queued (median of ${ROUNDS})`,
  );
  for (const { pid } of await store.liveAttempts()) if (pid) process.kill(-pid, "SIGKILL");
  await store.close();
  rmSync(folder, { recursive: true });
}

/** Another process starts all agents, and is killed. */
async function workAndKill(folder: string, store: Queue["store"]): Promise<void> {
  const child = spawn(process.execPath, [import.meta.filename, folder], { stdio: "inherit" });
  const isRunning = async (): Promise<boolean> => {
    const live = await store.liveAttempts();
    return live.length === RUNNING && live.every(({ state }) => state === "running");
  };
  while (!(await isRunning())) await pause(100);
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** Milliseconds until this process has looked at the output of every agent. */
async function adopt(folder: string): Promise<number> {
  const { store, deps } = queueIn(folder);
  const adopted = new Set<string>();
  const stop = new AbortController();
  const openTranscript: QueueDeps["folders"]["openTranscript"] = (attemptId, parser) => {
    const transcript = deps.folders.openTranscript(attemptId, parser);
    const read = async (isFinal: boolean): Promise<void> => {
      await transcript.read(isFinal);
      adopted.add(attemptId);
      if (adopted.size === RUNNING) stop.abort();
    };
    return { ...transcript, read };
  };
  const folders = { ...deps.folders, openTranscript };
  const startedMs = performance.now();
  let tookMs = Number.NaN;
  stop.signal.addEventListener("abort", () => (tookMs = performance.now() - startedMs));
  await workQueue({ store, deps: { ...deps, folders } }, stop.signal);
  await store.close();
  return tookMs;
}

/** A queue whose agents sleep. */
function queueIn(folder: string): Queue {
  const parts = processParts(RUNNING, folder);
  const config = {
    name: AGENT,
    adapter: "command",
    command: ["sleep", "600"],
    model: undefined,
    promptBy: "stdin",
    resume: [],
    output: undefined,
    template: undefined,
    permissions: "allow",
    env: {},
    limit: undefined,
  } as const;
  return {
    store: openSqliteStore(join(folder, "blackboard.db")),
    deps: { ...parts, agent: async () => ({ adapter: createCommandAdapter(config), config }) },
  };
}
