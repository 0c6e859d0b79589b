import { holdEnd, type AgentHold } from "./agent-hold.ts";
import type { Attempt } from "./attempt.ts";
import type { RecordedEvent } from "./events.ts";
import type { Task } from "./task.ts";

/** A hold as the blackboard tells of it, by a task that waits for its end or for a person. */
export type RecordedHold = {
  readonly hold: AgentHold;
  readonly runId: string;
  /** When the attempt that found it had ended. */
  readonly foundAtMs: number;
};

/** Whether a task may tell that an agent can do nothing now, as its attempts then say for certain. */
export function mayTellOfHold(task: Task, nowMs: number): boolean {
  const limits = Object.values(task.usageLimits ?? {});
  return limits.some((untilMs) => untilMs > nowMs) || asksToMend(task);
}

/** What tasks and all their attempts tell of agents that can do nothing now. */
export function holdsOnRecord(
  tasks: readonly Task[],
  attempts: readonly Attempt[],
  nowMs: number,
): readonly RecordedHold[] {
  return tasks.flatMap((task) => {
    const own = attempts.filter(({ taskId }) => taskId === task.id);
    return [...limitsMet(task, own, nowMs), ...toBeMended(task, own)];
  });
}

/** Whether an attempt has found that its agent could do nothing for anybody. */
export function hasFoundHold({ failure, startedAtMs }: Attempt): boolean {
  const hasRun = startedAtMs !== undefined;
  return failure !== undefined && holdEnd(failure, { hasRun }, 0) !== undefined;
}

/** Whether the agent was given work, which is not before its hold is over. */
export function isGivenWork(agent: string, event: RecordedEvent): boolean {
  return event.type === "attempt_assigned" && event.agent === agent;
}

/** The tasks that a person sent back to work. */
export function sentBackIn(events: readonly RecordedEvent[]): readonly string[] {
  const ids = events.flatMap((event) => {
    if (event.type === "task_replanned") return [event.taskId];
    return event.type === "task_retried" && event.byHuman ? [event.taskId] : [];
  });
  return [...new Set(ids)];
}

function limitsMet(task: Task, own: readonly Attempt[], nowMs: number): readonly RecordedHold[] {
  return Object.entries(task.usageLimits ?? {}).flatMap(([agent, untilMs]) => {
    const found = own.findLast((one) => one.agent === agent && one.failure?.class === "quota");
    return found && untilMs > nowMs ? [recorded(found, "quota", untilMs)] : [];
  });
}

function toBeMended(task: Task, own: readonly Attempt[]): readonly RecordedHold[] {
  const latest = own.find(({ number }) => number === task.attemptCount);
  if (!asksToMend(task) || !latest?.failure || !hasFoundHold(latest)) return [];
  return [recorded(latest, latest.failure.class, Infinity)];
}

/** Before it is known whether its agent has run. */
function asksToMend({ state, failure }: Task): boolean {
  if (state !== "waiting_human" || failure === undefined) return false;
  return holdEnd(failure, { hasRun: false }, 0) === Infinity;
}

function recorded(
  { id: attemptId, agent, taskId, runId, endedAtMs = 0 }: Attempt,
  failureClass: AgentHold["failureClass"],
  untilMs: number,
): RecordedHold {
  const hold = { agent, taskId, attemptId, failureClass, untilMs };
  return { hold, runId, foundAtMs: endedAtMs };
}
