import type { Attempt } from "../attempt.ts";
import type { AttemptSpending, TaskDefinition } from "../events.ts";
import type { Failure } from "../failure.ts";
import type { Interrupt } from "../interrupt.ts";
import { STANDING_RUN } from "../run.ts";
import type { State } from "../state.ts";
import type { Task } from "../task.ts";
import { NO_USAGE } from "../usage.ts";

export const NOTHING_SPENT: AttemptSpending = {
  sessionId: undefined,
  usage: NO_USAGE,
  costUsd: undefined,
};

/** A task as it is given, valid by default: a test names only what it is about. */
export function aDefinition(given: Partial<TaskDefinition> = {}): TaskDefinition {
  return {
    id: "task",
    title: "Add a greeting",
    prompt: "Add a greeting.",
    role: "coder",
    agent: "script",
    priority: 0,
    dependsOn: [],
    acceptanceCriteria: [],
    checks: [],
    limits: { timeoutMs: 60_000, stallMs: 10_000, maxRetries: 4 },
    targetBranch: "main",
    merges: true,
    ...given,
  };
}

/** A task that is ready, and has not been tried yet. */
export function aTask(given: Partial<Task> = {}): Task {
  return {
    ...aDefinition(),
    runId: STANDING_RUN,
    pendingDependencies: given.dependsOn?.length ?? 0,
    state: "ready",
    epoch: 0,
    attemptCount: 0,
    failureCount: 0,
    lossCount: 0,
    waitCount: 0,
    parkedUntilMs: undefined,
    waitReason: undefined,
    createdAtMs: 0,
    readyAtMs: 0,
    endedAtMs: undefined,
    failure: undefined,
    humanNote: undefined,
    commit: undefined,
    mergedCommit: undefined,
    ...given,
  };
}

/** The first attempt of `aTask()`, queued on a node. */
export function anAttempt(given: Partial<Attempt> = {}): Attempt {
  const taskId = given.taskId ?? "task";
  const number = given.number ?? 1;
  return {
    id: `${taskId}-${number}`,
    taskId,
    runId: STANDING_RUN,
    number,
    epoch: 1,
    nodeId: "node",
    agent: "script",
    state: "queued",
    branch: `orchestra/${taskId}-add-a-greeting/${number}`,
    startFrom: "previous",
    sessionId: undefined,
    resumesSession: false,
    workspacePath: undefined,
    baseCommit: undefined,
    pid: undefined,
    queuedAtMs: 0,
    startedAtMs: undefined,
    endedAtMs: undefined,
    isStopping: false,
    usage: NO_USAGE,
    costUsd: undefined,
    commit: undefined,
    failure: undefined,
    summary: undefined,
    evidence: [],
    ...given,
  };
}

/** A blackboard that holds these tasks, in the standing run, with their attempts and questions. */
export function aState(
  tasks: readonly Task[] = [],
  attempts: readonly Attempt[] = [],
  interrupts: readonly Interrupt[] = [],
): State {
  const run = { id: STANDING_RUN, objective: "Tasks started by hand", createdAtMs: 0 };
  return {
    runs: new Map([[run.id, run]]),
    tasks: new Map(tasks.map((task) => [task.id, task])),
    attempts: new Map(attempts.map((attempt) => [attempt.id, attempt])),
    interrupts: new Map(interrupts.map((interrupt) => [interrupt.id, interrupt])),
  };
}

export function aFailure(given: Partial<Failure> = {}): Failure {
  return { class: "check_failed", message: "The check test failed.", ...given };
}
