import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AttemptCommand, Command } from "../src/core/commands.ts";
import type { TaskDefinition } from "../src/core/events.ts";
import { decide } from "../src/core/decide.ts";
import { scopeOf } from "../src/core/scope.ts";
import { NO_USAGE } from "../src/core/usage.ts";
import { executeOrThrow } from "../src/store/execute.ts";
import { openForWriting } from "../src/store/sqlite/open-sqlite.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import type { Store } from "../src/store/store.ts";
import { bareSqlOn } from "./task-life-bare.ts";

/** The full life of a no-op task on SQLite, against the same writes by hand with `node:sqlite`. */
const ROUNDS = 21;
const TASKS_PER_ROUND = 320;
const BATCH = 16;
const AGENT = "script";

type WithoutIds<T> = T extends unknown ? Omit<T, "attemptId" | "epoch"> : never;

const STEPS: readonly WithoutIds<AttemptCommand>[] = [
  {
    type: "prepare_attempt",
    workspacePath: "/tmp/orchestra/worktrees/task",
    baseCommit: "c".repeat(40),
    sessionId: undefined,
    resumesSession: false,
  },
  { type: "start_attempt", pid: 4711 },
  {
    type: "finish_attempt",
    commit: "d".repeat(40),
    summary: { diffStat: "1 file changed", lastMessages: ["Done."] },
    spending: { sessionId: undefined, usage: NO_USAGE, costUsd: undefined },
  },
  { type: "accept_attempt", evidence: [] },
];

const ids = Array.from({ length: TASKS_PER_ROUND }, (_, index) => `task-${index + 1000}`);
const ours: number[] = [];
const bare: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  ours.push(await tasksPerSecond(livesInOurStore));
  bare.push(await tasksPerSecond(livesInBareSql));
}
const ratio = median(ours.map((rate, round) => rate / (bare[round] ?? Number.NaN)));
console.log(
  `task life: ${median(ours).toFixed(0)} tasks/s, bare SQL ${median(bare).toFixed(0)} tasks/s, ` +
    `ratio ${ratio.toFixed(2)}× (medians of ${ROUNDS} rounds of ${TASKS_PER_ROUND} tasks)`,
);

/** `lives` gets a fresh file with the tasks in it, and returns the milliseconds it took to work them. */
async function tasksPerSecond(lives: (file: string) => Promise<number>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-bench-"));
  try {
    const file = join(folder, "blackboard.sqlite");
    const store = openSqliteStore(file);
    const tasks = ids.map(aTask);
    await executeOrThrow(store, { type: "add_tasks", runId: "queue", tasks, nowMs: 1 });
    await store.close();
    return (TASKS_PER_ROUND * 1000) / (await lives(file));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function livesInOurStore(file: string): Promise<number> {
  const store = openSqliteStore(file);
  const startedMs = performance.now();
  for (let done = 0; done < TASKS_PER_ROUND; done += BATCH) await workBatch(store, done);
  const tookMs = performance.now() - startedMs;
  await store.close();
  return tookMs;
}

async function livesInBareSql(file: string): Promise<number> {
  const database = openForWriting(file);
  const startedMs = performance.now();
  bareSqlOn(database).work(ids, BATCH, "each step");
  const tookMs = performance.now() - startedMs;
  database.close();
  return tookMs;
}

async function workBatch(store: Store, nowMs: number): Promise<void> {
  const nodes = [{ id: "node", capacity: BATCH, agents: [AGENT] }];
  const assign: Command = { type: "assign", nodes, agentLimits: {}, nowMs };
  const assigned = await store.transact(scopeOf(assign), (state) => decide(state, assign));
  const attempts =
    assigned.kind === "committed"
      ? assigned.events.filter((event) => event.type === "attempt_assigned")
      : [];
  if (attempts.length !== BATCH) throw new Error(`Assigned ${attempts.length} of ${BATCH} tasks.`);
  for (const step of STEPS) {
    await Promise.all(
      attempts.map(async ({ attemptId, epoch }) =>
        executeOrThrow(store, { ...step, attemptId, epoch, nowMs }),
      ),
    );
  }
}

function aTask(id: string): TaskDefinition {
  return {
    id,
    title: "Do nothing",
    prompt: "Do nothing, and say so.",
    role: "coder",
    agent: AGENT,
    priority: 0,
    dependsOn: [],
    acceptanceCriteria: [],
    checks: [],
    limits: { timeoutMs: 60_000, stallMs: 0, maxRetries: 4 },
    targetBranch: "main",
    merges: false,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
