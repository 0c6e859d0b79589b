import type { Attempt } from "./attempt.ts";
import type { AttemptEvent, AttemptSpending, Event } from "./events.ts";
import { NO_USAGE } from "./usage.ts";

type OfAttempt = AttemptEvent & Event;

/** What an event changes in its attempt, which it may bring into being. */
export function evolveAttempt(attempt: Attempt | undefined, event: OfAttempt): Attempt | undefined {
  if (event.type === "attempt_assigned") return newAttempt(event);
  return attempt && { ...attempt, ...changes(event) };
}

function changes(event: Exclude<OfAttempt, { type: "attempt_assigned" }>): Partial<Attempt> {
  switch (event.type) {
    case "attempt_prepared":
      return {
        state: "starting",
        workspacePath: event.workspacePath,
        baseCommit: event.baseCommit,
        sessionId: event.sessionId,
        resumesSession: event.resumesSession,
      };
    case "attempt_started":
      return { state: "running", pid: event.pid, startedAtMs: event.atMs };
    case "attempt_returned":
      return {
        state: "cancelled",
        endedAtMs: event.atMs,
        failure: { class: "cancelled", message: event.reason },
      };
    case "attempt_reported":
      return spent(event);
    case "attempt_finished":
      return { ...spent(event), commit: event.commit, summary: event.summary };
    case "attempt_succeeded":
      return { state: "succeeded", endedAtMs: event.atMs, evidence: event.evidence };
    case "attempt_ended":
      return {
        ...spent(event),
        state: event.end,
        endedAtMs: event.atMs,
        isStopping: false,
        failure: event.failure,
        evidence: event.evidence,
        ...(event.commit === undefined ? {} : { commit: event.commit }),
        ...(event.summary === undefined ? {} : { summary: event.summary }),
      };
    case "attempt_rejected":
      return { state: "failed", failure: event.failure, evidence: event.evidence };
    case "attempt_stopping":
      return { isStopping: true };
    case "attempt_timeout_set":
      return { timeoutMs: event.timeoutMs };
    case "attempt_called":
      return { isCalled: true };
    case "messages_heard":
      return {};
  }
}

function spent(spending: AttemptSpending): Partial<Attempt> {
  return {
    usage: spending.usage,
    costUsd: spending.costUsd,
    costIsEstimated: spending.costIsEstimated,
    ...(spending.sessionId === undefined ? {} : { sessionId: spending.sessionId }),
  };
}

function newAttempt(event: Extract<OfAttempt, { type: "attempt_assigned" }>): Attempt {
  return {
    id: event.attemptId,
    taskId: event.taskId,
    runId: event.runId,
    number: event.number,
    epoch: event.epoch,
    nodeId: event.nodeId,
    agent: event.agent,
    state: "queued",
    branch: event.branch,
    startFrom: event.startFrom,
    sessionId: undefined,
    resumesSession: false,
    workspacePath: undefined,
    baseCommit: undefined,
    pid: undefined,
    queuedAtMs: event.atMs,
    startedAtMs: undefined,
    endedAtMs: undefined,
    isStopping: false,
    usage: NO_USAGE,
    costUsd: undefined,
    commit: undefined,
    failure: undefined,
    summary: undefined,
    evidence: [],
  };
}
