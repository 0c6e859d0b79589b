import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executeOrThrow } from "../src/store/execute.ts";
import { archiveTasks } from "../src/store/archive/archive.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { AGENT, requireComplete, simulatedParts, workQueue } from "./a-queue.ts";
import { aTask } from "./a-task.ts";

/** What finished tasks take on the disk, before and after they are archived. */
const TASKS = 10_000;
const TASKS_PER_COMMAND = 1_000;
const PARALLEL = 8;
const NEVER = new AbortController().signal;
/** As long as what people ask of an agent. */
const PROMPT = "Do what is asked for, and say what was done. ".repeat(23).trim();
const TEST = { kind: "command", name: "npm test", command: ["npm", "test"], timeoutMs: 1 } as const;

const folder = mkdtempSync(join(tmpdir(), "orchestra-bench-"));
const file = join(folder, "blackboard.db");
const store = openSqliteStore(file);
for (let start = 0; start < TASKS; start += TASKS_PER_COMMAND) {
  const tasks = Array.from({ length: TASKS_PER_COMMAND }, (_, index) => ({
    ...aTask(`task-${start + index}`, AGENT),
    prompt: PROMPT,
    checks: [TEST],
    merges: true,
  }));
  await executeOrThrow(store, { type: "add_tasks", runId: "queue", tasks, nowMs: 1 });
}
await workQueue({ store, deps: simulatedParts(PARALLEL) }, NEVER);
await requireComplete(store, TASKS);
const events = await store.lastSeq("queue");
const before = sizeOf(folder);
const lookedMs = await tookMs(async () => store.flaws());

const archives = join(folder, "archives");
const places = { archives, attempts: join(folder, "attempts") };
const deps = { store, nowMs: () => Date.now(), program: "bench", ...places };
const archivedMs = await tookMs(async () => {
  await archiveTasks(deps, { endedBeforeMs: Date.now() + 1, held: new Set() });
  await store.reclaim();
});
await store.close();
const [archive = ""] = readdirSync(archives).filter((name) => name !== "lock");
console.log(
  `${TASKS} finished tasks, ${(events / TASKS).toFixed(1)} events each: ${inMb(before)} MB, ` +
    `${(before / TASKS / 1000).toFixed(1)} kB a task; compared with their events in ` +
    `${inSeconds(lookedMs)} s; archived in ${inSeconds(archivedMs)} s, ` +
    `${inMb(sizeOf(folder))} MB stay, and the archive has ${inMb(sizeOf(join(archives, archive)))} MB`,
);
rmSync(folder, { recursive: true });

function sizeOf(place: string): number {
  const entries = readdirSync(place, { withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.reduce((sum, { name }) => sum + statSync(join(place, name)).size, 0);
}

async function tookMs(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

function inSeconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

function inMb(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
