import { isLive, type Attempt } from "./attempt.ts";
import type { Command } from "./commands.ts";
import { accept, refuse, type Decision } from "./decision.ts";
import type { Event } from "./events.ts";
import { inWords, TIMEOUT_MAX_MS } from "./limits.ts";
import { latestAttempt, type State } from "./state.ts";
import { hasEnded, type Task } from "./task.ts";

/** More time for what is at work, and for every attempt after it. */
export function extendTimeout(
  state: State,
  task: Task,
  { byMs, nowMs }: Extract<Command, { type: "extend_timeout" }>,
): Decision {
  if (hasEnded(task.state)) {
    return refuse("ILLEGAL_TRANSITION", `Task ${task.id} is ${task.state} already.`);
  }
  const timeoutMs = task.limits.timeoutMs + byMs;
  if (timeoutMs > TIMEOUT_MAX_MS) {
    return refuse(
      "INVALID_ARGUMENT",
      `Task ${task.id} has ${inWords(task.limits.timeoutMs)} already; with more it would pass the most there is, ${inWords(TIMEOUT_MAX_MS)}.`,
    );
  }
  const common = { runId: task.runId, atMs: nowMs, taskId: task.id, timeoutMs };
  const attempt = attemptAtWork(state, task);
  const own: readonly Event[] = attempt
    ? [{ type: "attempt_timeout_set", ...common, attemptId: attempt.id }]
    : [];
  return accept([{ type: "task_timeout_set", ...common }, ...own]);
}

/** The node that watches the attempt ends it, as it does when a time limit is passed. */
export function timeOutNow(
  state: State,
  task: Task,
  { nowMs }: Extract<Command, { type: "time_out_now" }>,
): Decision {
  const attempt = attemptAtWork(state, task);
  if (attempt?.state !== "running" || task.state !== "active") {
    return refuse(
      "ILLEGAL_TRANSITION",
      `Task ${task.id} is ${task.state.replace("_", " ")}, and no agent works it now: there is nothing to end.`,
    );
  }
  // Safe to repeat: it is being ended.
  if (attempt.timeoutMs === 0) return accept([]);
  const common = { runId: task.runId, atMs: nowMs, taskId: task.id };
  return accept([{ type: "attempt_timeout_set", ...common, attemptId: attempt.id, timeoutMs: 0 }]);
}

function attemptAtWork(state: State, task: Task): Attempt | undefined {
  const attempt = latestAttempt(state, task);
  return attempt && isLive(attempt.state) && !attempt.isStopping ? attempt : undefined;
}
