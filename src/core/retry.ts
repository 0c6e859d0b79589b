import { policyOf, type Failure, type FailureClass } from "./failure.ts";
import type { Task } from "./task.ts";
import { agentDueMs, QUOTA_WAIT_MS } from "./agent-hold.ts";

/** Attempts lost with their node before a person is asked. */
export const MAX_LOSSES = 3;
/** Times a task is parked at no cost, in a row, before a person is asked. */
export const MAX_WAITS = 50;

const BACK_OFF_FIRST_MS = 2_000;
const BACK_OFF_MAX_MS = 5 * 60_000;
/** A reset time is met a little late, because clocks differ. */
const RESET_MARGIN_MS = 5_000;

/** Failures that another try can only meet again if it comes too soon. */
const BACKS_OFF: ReadonlySet<FailureClass> = new Set([
  "rate_limit",
  "provider_error",
  "network",
  "process_crash",
  "unknown",
  "node_lost",
]);

/** What follows a failure. */
export type Consequence =
  | { readonly kind: "retry"; readonly parkedUntilMs: number | undefined; readonly reason: string }
  | { readonly kind: "ask"; readonly question: string };

/**
 * The retry protocol: decides by the failure's class alone. `task` has already counted the failure;
 * `jitter` in [0, 1) spreads retries so that many failures at once do not come back at once.
 */
export function afterFailure(
  task: Task,
  failure: Failure,
  nowMs: number,
  jitter: number,
): Consequence {
  switch (policyOf(failure.class).costs) {
    case "human":
      return {
        kind: "ask",
        question: `${asSentence(failure.message)} Retry once it is put right?`,
      };
    case "loss":
      if (task.lossCount >= MAX_LOSSES) {
        return { kind: "ask", question: `Lost ${task.lossCount} times with its node. Retry?` };
      }
      return retryLater(failure, nowMs, task.lossCount, jitter);
    case "wait":
      if (task.waitCount > MAX_WAITS) {
        return {
          kind: "ask",
          question: `Waited ${MAX_WAITS} times: ${asSentence(failure.message)} Retry?`,
        };
      }
      if (hasFreshAgent(task, failure)) {
        return { kind: "retry", parkedUntilMs: undefined, reason: failure.message };
      }
      return retryLater(untilFirstAgent(task, failure), nowMs, task.waitCount, jitter);
    case "retry":
      if (task.failureCount > task.limits.maxRetries) {
        return { kind: "ask", question: `Failed ${times(task.failureCount)}. ${failure.message}` };
      }
      return retryLater(failure, nowMs, task.failureCount, jitter);
  }
}

/** Whether one of several agents has met no limit yet, and so goes on at once. */
function hasFreshAgent(task: Task, failure: Failure): boolean {
  return isForOthers(task, failure) && agentDueMs(task, {}) === -Infinity;
}

/** Of several agents, the one whose limit ends first is waited for. */
function untilFirstAgent(task: Task, failure: Failure): Failure {
  return isForOthers(task, failure) ? { ...failure, resetAtMs: agentDueMs(task, {}) } : failure;
}

function isForOthers({ fallbackAgents = [] }: Task, failure: Failure): boolean {
  return failure.class === "quota" && fallbackAgents.length > 0;
}

/** What others say may end in any way. */
function asSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function retryLater(failure: Failure, nowMs: number, tries: number, jitter: number): Consequence {
  const delayMs = Math.ceil(delayAfter(failure, nowMs, tries, jitter));
  return {
    kind: "retry",
    parkedUntilMs: delayMs > 0 ? nowMs + delayMs : undefined,
    reason: failure.message,
  };
}

function delayAfter(failure: Failure, nowMs: number, tries: number, jitter: number): number {
  if (failure.resetAtMs !== undefined && Number.isFinite(failure.resetAtMs)) {
    const marginMs = RESET_MARGIN_MS * (1 + jitter);
    const leftMs = failure.resetAtMs - nowMs;
    // A time that has passed is told again and again where clocks differ much.
    return marginMs + (leftMs > 0 ? leftMs : backOffMs(tries, jitter));
  }
  if (failure.class === "quota") return QUOTA_WAIT_MS * (1 + jitter);
  if (!BACKS_OFF.has(failure.class)) return 0;
  return backOffMs(tries, jitter);
}

/** Exponential back-off with full jitter: a random part of 2 s, 4 s, 8 s … 5 min. */
export function backOffMs(tries: number, jitter: number): number {
  const ceiling = Math.min(BACK_OFF_MAX_MS, BACK_OFF_FIRST_MS * 2 ** Math.max(0, tries - 1));
  return Math.ceil(ceiling * jitter);
}
