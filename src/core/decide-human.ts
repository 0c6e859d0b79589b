import { isLive } from "./attempt.ts";
import type { Command, HumanCommand } from "./commands.ts";
import { satisfied, strandedEvents } from "./consequences.ts";
import { additionEvents, refusalOfTasks } from "./decide-task.ts";
import { extendTimeout, timeOutNow } from "./decide-timeout.ts";
import { accept, refuse, type Decision, type Refusal } from "./decision.ts";
import type { Event, TaskDefinition } from "./events.ts";
import type { InterruptAnswer } from "./interrupt.ts";
import { heldUntilMs } from "./schedule.ts";
import { resumption } from "./decide-steering.ts";
import { dependentsOf, latestAttempt, type State } from "./state.ts";
import { hasEnded, type Task } from "./task.ts";

type Human = Command &
  Exclude<HumanCommand, { type: "send_message" | "pause_task" | "resume_task" }>;

/** What a person decides about a task. */
export function decideHuman(state: State, command: Human): Decision {
  const task = state.tasks.get(command.taskId);
  if (!task) return refuse("TASK_NOT_FOUND", `There is no task ${command.taskId}.`);
  switch (command.type) {
    case "cancel_task":
      return endByHuman(state, task, command, "task_cancelled");
    case "abandon_task":
      return endByHuman(state, task, command, "task_abandoned");
    case "retry_task":
      return retryTask(state, task, command);
    case "replace_task":
      return replaceTask(state, task, command);
    case "extend_timeout":
      return extendTimeout(state, task, command);
    case "time_out_now":
      return timeOutNow(state, task, command);
  }
}

function endByHuman(
  state: State,
  task: Task,
  command: Extract<Human, { type: "cancel_task" | "abandon_task" }>,
  type: "task_cancelled" | "task_abandoned",
): Decision {
  if (hasEnded(task.state)) {
    return refuse("ILLEGAL_TRANSITION", `Task ${task.id} is ${task.state} already.`);
  }
  const common = { runId: task.runId, atMs: command.nowMs, taskId: task.id };
  const attempt = latestAttempt(state, task);
  const stopping: Event[] =
    attempt && isLive(attempt.state) && !attempt.isStopping
      ? [{ type: "attempt_stopping", ...common, attemptId: attempt.id }]
      : [];
  const kind = type === "task_cancelled" ? "cancel" : "abandon";
  return accept([
    ...closing(state, task, { kind, note: undefined, spawnedTaskId: undefined }, command.nowMs),
    { type, ...common },
    ...stopping,
    ...strandedEvents(state, task, command.dependents, command.nowMs),
  ]);
}

/** Sends a task back to work with all its retries; dependencies that will not complete are dropped. */
function retryTask(
  state: State,
  task: Task,
  command: Extract<Human, { type: "retry_task" }>,
): Decision {
  const { nowMs, note } = command;
  const common = { runId: task.runId, atMs: nowMs, taskId: task.id };
  if (task.state === "ready" && heldUntilMs(task) !== undefined) {
    const isParked = task.parkedUntilMs !== undefined;
    return accept([
      ...resumption(task, nowMs),
      ...(isParked ? [{ type: "task_unparked", ...common } as const] : []),
      { type: "task_retried", ...common, byHuman: true, note },
    ]);
  }
  if (!["waiting_human", "cancelled", "abandoned"].includes(task.state)) {
    return refuse(
      "ILLEGAL_TRANSITION",
      `Task ${task.id} is ${task.state.replace("_", " ")}; only one that waits for a human or for its time, is paused, or was cancelled or abandoned, can be retried.`,
    );
  }
  const attempt = latestAttempt(state, task);
  if (attempt && isLive(attempt.state)) {
    return refuse(
      "ILLEGAL_TRANSITION",
      `Task ${task.id} is still stopping; try again in a moment.`,
    );
  }

  const dropped = task.dependsOn.filter((id) => {
    const dependency = state.tasks.get(id);
    return dependency?.state === "cancelled" || dependency?.state === "abandoned";
  });
  const isReady = task.pendingDependencies === dropped.length;
  return accept([
    ...closing(state, task, { kind: "retry", note, spawnedTaskId: undefined }, nowMs),
    ...resumption(task, nowMs),
    ...dropped.flatMap((id) => satisfied(task, id, "dependency_dropped", nowMs)),
    isReady
      ? { type: "task_retried", ...common, byHuman: true, note }
      : { type: "task_replanned", ...common, note },
  ]);
}

/** Another task takes the place of one that waits for a person; its dependents wait for that one. */
function replaceTask(
  state: State,
  task: Task,
  command: Extract<Human, { type: "replace_task" }>,
): Decision {
  if (task.state !== "waiting_human") {
    return refuse("ILLEGAL_TRANSITION", `Task ${task.id} does not wait for a human.`);
  }
  const definition = command.task;
  const refusal = refusalOfTasks(state, [definition]) ?? refusalOfCycle(state, task, definition);
  if (refusal) return refusal;

  const { nowMs } = command;
  const common = { runId: task.runId, atMs: nowMs };
  const answer = { kind: "spawn", note: undefined, spawnedTaskId: definition.id } as const;
  return accept([
    ...closing(state, task, answer, nowMs),
    { type: "task_abandoned", ...common, taskId: task.id },
    ...additionEvents(state, { runId: task.runId, nowMs }, definition),
    ...dependentsOf(state, task.id).map((dependent): Event => ({
      type: "dependency_replaced",
      runId: dependent.runId,
      atMs: nowMs,
      taskId: dependent.id,
      dependencyId: task.id,
      replacementId: definition.id,
    })),
  ]);
}

/** A task that takes another's place must not wait for it, nor for what waits for it. */
function refusalOfCycle(state: State, task: Task, definition: TaskDefinition): Refusal | undefined {
  const waiting = new Set([task.id]);
  for (const id of waiting) {
    for (const dependent of dependentsOf(state, id)) waiting.add(dependent.id);
  }
  const own = definition.dependsOn.find((id) => waiting.has(id));
  return own === undefined
    ? undefined
    : refuse(
        "DEPENDENCY_CYCLE",
        `${own} waits for ${task.id}, so ${definition.id} cannot wait for it.`,
      );
}

/** Closes the task's open question, if it has one. */
function closing(state: State, task: Task, answer: InterruptAnswer, nowMs: number): Event[] {
  return [...state.interrupts.values()]
    .filter((interrupt) => interrupt.taskId === task.id && interrupt.closedAtMs === undefined)
    .map((interrupt) => ({
      type: "interrupt_closed",
      runId: task.runId,
      atMs: nowMs,
      taskId: task.id,
      interruptId: interrupt.id,
      answer,
    }));
}
