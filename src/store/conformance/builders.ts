import type { AttemptCommand } from "../../core/commands.ts";
import { decide } from "../../core/decide.ts";
import { accept } from "../../core/decision.ts";
import type { RecordedEvent, TaskDefinition } from "../../core/events.ts";
import { scopeOf } from "../../core/scope.ts";
import { EMPTY_STATE, type Scope, type State } from "../../core/state.ts";
import { NO_USAGE } from "../../core/usage.ts";
import { execute, executeOrThrow } from "../execute.ts";
import type { Committed, Store } from "../store.ts";

export const AGENT = "script";
export const NO_SPENDING = { sessionId: undefined, usage: NO_USAGE, costUsd: undefined } as const;
const SUMMARY = { diffStat: "1 file changed", lastMessages: ["Done."] } as const;

export function aTask(given: Partial<TaskDefinition> & { readonly id: string }): TaskDefinition {
  return {
    title: `Title of ${given.id}`,
    prompt: "Do it.",
    role: "coder",
    agent: AGENT,
    priority: 0,
    dependsOn: [],
    acceptanceCriteria: [],
    checks: [{ kind: "command", name: "test", command: ["npm", "test"], timeoutMs: 1_000 }],
    limits: { timeoutMs: 60_000, stallMs: 0, maxRetries: 1 },
    targetBranch: "main",
    merges: false,
    ...given,
  };
}

/** Adds tasks, given whole or by id, to the standing run. */
export async function add(
  store: Store,
  tasks: readonly (TaskDefinition | string)[],
  nowMs = 1_000,
): Promise<readonly RecordedEvent[]> {
  const definitions = tasks.map((task) => (typeof task === "string" ? aTask({ id: task }) : task));
  return executeOrThrow(store, { type: "add_tasks", runId: "queue", tasks: definitions, nowMs });
}

/** Assigns what is ready to the node, and returns the attempts' ids with their epochs. */
export async function assign(
  store: Store,
  { nodeId = "node", capacity = 100, nowMs = 2_000, agent = AGENT } = {},
): Promise<{ readonly attemptId: string; readonly epoch: number }[]> {
  const nodes = [{ id: nodeId, capacity, agents: [agent] }];
  const command = { type: "assign", nodes, agentLimits: {}, nowMs } as const;
  const outcome = await store.transact(scopeOf(command), (state) => decide(state, command));
  if (outcome.kind === "refused") throw new Error(outcome.message);
  return outcome.events.filter((event) => event.type === "attempt_assigned");
}

type Step = {
  readonly type: "prepare" | "start" | "finish" | "accept" | "crash" | "park" | "return";
  readonly nowMs?: number;
  readonly jitter?: number;
};

/** Tells the store what happened to the latest attempt of a task. */
export async function report(
  store: Store,
  taskId: string,
  { type, nowMs = 3_000, jitter = 0 }: Step,
): Promise<Committed> {
  const [task, attempts] = [await store.task(taskId), await store.attemptsOf(taskId)];
  const attemptId = attempts.at(-1)?.id ?? `${taskId}-1`;
  return execute(store, {
    ...step(type, nowMs, jitter),
    attemptId,
    epoch: task?.epoch ?? 0,
    nowMs,
  });
}

/** Works a task that is ready until its checks have passed. */
export async function work(store: Store, taskId: string, nowMs = 3_000): Promise<void> {
  for (const type of ["prepare", "start", "finish", "accept"] as const) {
    await report(store, taskId, { type, nowMs });
  }
}

/** What a decision with this scope would be shown. */
export async function loaded(store: Pick<Store, "transact">, scope: Scope): Promise<State> {
  let shown = EMPTY_STATE;
  await store.transact(scope, (state) => {
    shown = state;
    return accept([]);
  });
  return shown;
}

type WithoutIds<T> = T extends unknown ? Omit<T, "attemptId" | "epoch"> : never;

function step(type: Step["type"], nowMs: number, jitter: number): WithoutIds<AttemptCommand> {
  const end = {
    evidence: [],
    commit: undefined,
    summary: undefined,
    spending: NO_SPENDING,
    jitter,
  };
  switch (type) {
    case "prepare": {
      const place = { workspacePath: "/work", baseCommit: "base", sessionId: undefined };
      return { type: "prepare_attempt", ...place, resumesSession: false };
    }
    case "start":
      return { type: "start_attempt", pid: 42 };
    case "finish":
      return { type: "finish_attempt", commit: "done", summary: SUMMARY, spending: NO_SPENDING };
    case "accept":
      return { type: "accept_attempt", evidence: [] };
    case "return":
      return { type: "return_attempt", reason: "The node is full.", jitter };
    case "crash": {
      const failure = { class: "missing_executable", message: "No such agent." } as const;
      return { type: "end_attempt", end: "failed", failure, ...end };
    }
    case "park": {
      const resetAtMs = nowMs + 60_000;
      const failure = { class: "quota", message: "Used up.", resetAtMs } as const;
      return { type: "end_attempt", end: "failed", failure, ...end };
    }
  }
}
