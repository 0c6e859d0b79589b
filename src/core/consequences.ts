import type { Event, EventBody } from "./events.ts";
import { policyOf, type Failure } from "./failure.ts";
import { evolveTask } from "./evolve-task.ts";
import { afterFailure } from "./retry.ts";
import { dependentsOf, type State } from "./state.ts";
import type { Task } from "./task.ts";

/** The task completes, and in the same breath its dependents that wait for nothing else are ready. */
export function completionEvents(
  state: State,
  task: Task,
  mergedCommit: string | undefined,
  nowMs: number,
): Event[] {
  const completed: Event = {
    type: "task_completed",
    runId: task.runId,
    atMs: nowMs,
    taskId: task.id,
    mergedCommit,
  };
  return [
    completed,
    ...dependentsOf(state, task.id).flatMap((dependent) => [
      ...satisfied(dependent, task.id, "dependency_satisfied", nowMs),
    ]),
  ];
}

/** One dependency less for `dependent`; with none left it is ready, if it was only waiting for that. */
export function satisfied(
  dependent: Task,
  dependencyId: string,
  type: "dependency_satisfied" | "dependency_dropped",
  nowMs: number,
): Event[] {
  const common = { runId: dependent.runId, atMs: nowMs, taskId: dependent.id };
  const satisfied: Event = { type, ...common, dependencyId };
  const isReady = dependent.state === "planned" && dependent.pendingDependencies === 1;
  return isReady ? [satisfied, { type: "task_readied", ...common }] : [satisfied];
}

type FailureContext = {
  readonly nowMs: number;
  /** In [0, 1). */
  readonly jitter: number;
  /** Who failed. */
  readonly agent: string;
};

/** The retry protocol in events: the failure, and the retry or the question that follows. */
export function failureEvents(
  state: State,
  task: Task,
  failure: Failure,
  { nowMs, jitter, agent }: FailureContext,
): Event[] {
  const happened = (body: EventBody): Event => ({ ...body, runId: task.runId, atMs: nowMs });
  const { costs } = policyOf(failure.class);
  const failed = happened({ type: "task_failed", taskId: task.id, failure, costs, agent });
  const consequence = afterFailure(evolveTask(task, failed), failure, nowMs, jitter);
  if (consequence.kind === "ask") return [failed, escalation(task, consequence.question, nowMs)];
  const retried = happened({
    type: "task_retried",
    taskId: task.id,
    byHuman: false,
    note: undefined,
  });
  if (consequence.parkedUntilMs === undefined) {
    return [failed, retried];
  }
  const { parkedUntilMs: untilMs, reason } = consequence;
  return [failed, retried, happened({ type: "task_parked", taskId: task.id, untilMs, reason })];
}

/** The task now waits for a person; the question's id is new with every escalation. */
export function escalation(task: Task, question: string, nowMs: number): Event {
  return {
    type: "task_escalated",
    runId: task.runId,
    atMs: nowMs,
    taskId: task.id,
    interruptId: `${task.id}-q${task.epoch}`,
    question,
  };
}

/** What becomes of the tasks that waited for one that will not complete. */
export function strandedEvents(
  state: State,
  task: Task,
  choice: "wait" | "abandon",
  nowMs: number,
): Event[] {
  const waiting = dependentsOf(state, task.id).filter((dependent) => dependent.state === "planned");
  if (choice === "wait") {
    return waiting.map((dependent) =>
      escalation(dependent, `It waits for ${task.id}, which will not complete.`, nowMs),
    );
  }
  return allDependents(state, task.id).map((dependent) => ({
    type: "task_abandoned",
    runId: dependent.runId,
    atMs: nowMs,
    taskId: dependent.id,
  }));
}

/** Everything that waits for `taskId`, however far, and has not begun. */
function allDependents(state: State, taskId: string): Task[] {
  const found = new Map<string, Task>();
  const queue = [taskId];
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    for (const dependent of dependentsOf(state, id)) {
      if (found.has(dependent.id) || dependent.state !== "planned") continue;
      found.set(dependent.id, dependent);
      queue.push(dependent.id);
    }
  }
  return [...found.values()];
}
