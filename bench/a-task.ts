import type { TaskDefinition } from "../src/core/events.ts";

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
