import type { TaskDefinition } from "../src/core/events.ts";
import { executeOrThrow } from "../src/store/execute.ts";
import type { Store } from "../src/store/store.ts";

const HOUR_MS = 3_600_000;

/** A task that costs nothing to work. */
export function aTask(id: string, agent = "claude"): TaskDefinition {
  return {
    id,
    title: "Do nothing",
    prompt: "Do nothing, and say so.",
    role: "coder",
    agent,
    priority: 0,
    dependsOn: [],
    acceptanceCriteria: [],
    checks: [],
    limits: { timeoutMs: 60_000, stallMs: 0, maxRetries: 4 },
    targetBranch: "main",
    merges: false,
  };
}

/** Adds a task that waits for an hour, as for an agent's usage limit. */
export async function addParked(store: Store, id: string): Promise<void> {
  const nowMs = Date.now();
  await executeOrThrow(store, { type: "add_tasks", nowMs, runId: "queue", tasks: [aTask(id)] });
  const parked = {
    type: "task_parked",
    runId: "queue",
    atMs: nowMs,
    taskId: id,
    untilMs: nowMs + HOUR_MS,
    reason: "It waits for its agent's limit.",
  } as const;
  await store.transact({ taskIds: [id] }, () => ({ kind: "accepted", events: [parked] }));
}
