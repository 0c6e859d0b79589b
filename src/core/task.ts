import type { HeldUntil } from "./agent-hold.ts";
import type { Failure } from "./failure.ts";
import type { Message } from "./message.ts";

/** A unit of work. Times are milliseconds since the epoch. */
export type Task = {
  readonly id: string;
  readonly runId: string;
  readonly title: string;
  readonly prompt: string;
  readonly role: string;
  /** Name of the agent that is to work it. */
  readonly agent: string;
  /** Who goes on while `agent` has met its usage limit, the first of them that has not. */
  readonly fallbackAgents?: readonly string[];
  /** Higher is more urgent; waiting raises it (see `schedule.ts`). */
  readonly priority: number;
  readonly dependsOn: readonly string[];
  /** How many of `dependsOn` are not complete yet; `ready` needs zero. */
  readonly pendingDependencies: number;
  readonly acceptanceCriteria: readonly string[];
  readonly checks: readonly CheckSpec[];
  readonly limits: TaskLimits;
  /** The branch its work starts from and is meant for. */
  readonly targetBranch: string;
  /** Whether its work is merged into the target branch, or stays on a branch of its own. */
  readonly merges: boolean;
  readonly state: TaskState;
  /** Raised by assigning, sweeping, cancelling and finishing; fences every late write. */
  readonly epoch: number;
  /** Attempts made so far; also the number of the latest. */
  readonly attemptCount: number;
  /** Failures that used a retry. */
  readonly failureCount: number;
  /** Attempts lost with their node, in a row. */
  readonly lossCount: number;
  /** Times it was parked at no cost, in a row. */
  readonly waitCount: number;
  /** A `ready` task is not assigned before this time. */
  readonly parkedUntilMs: number | undefined;
  /** Why it waits, for a person: parked, blocked by a dependency, or a merge that waits. */
  readonly waitReason: string | undefined;
  readonly createdAtMs: number;
  readonly readyAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  /** Until when its agents may do nothing, as its attempts have found. */
  readonly usageLimits?: HeldUntil | undefined;
  /** Why the last attempt failed, until the next one has its workspace. */
  readonly failure: Failure | undefined;
  /** What a person said when sending it back, for the next attempt. */
  readonly humanNote: string | undefined;
  /** What people have said to whoever works it, oldest first; bounded by `MESSAGES_MAX`. */
  readonly messages?: readonly Message[];
  /** Messages sent so far; also the number of the latest. */
  readonly messageCount?: number;
  /** Since when a person keeps it from being worked. */
  readonly pausedAtMs?: number | undefined;
  /** The commit whose checks passed. */
  readonly commit: string | undefined;
  /** The commit of the target branch that holds the work. */
  readonly mergedCommit: string | undefined;
};

export type TaskLimits = {
  readonly timeoutMs: number;
  /** Ends an attempt that has printed nothing for this long; 0 turns it off. */
  readonly stallMs: number;
  /** Retries after the first attempt. */
  readonly maxRetries: number;
};

/** A command that must pass on the attempt's commit, or a built-in test. */
export type CheckSpec =
  | {
      readonly kind: "command";
      readonly name: string;
      /** An argument array, started without a shell. */
      readonly command: readonly string[];
      readonly timeoutMs: number;
    }
  | { readonly kind: "builtin"; readonly name: BuiltinCheck };

export type BuiltinCheck = "exit_code" | "clean_tree" | "has_changes";

export const TASK_STATES = [
  "planned",
  "ready",
  "active",
  "awaiting_qa",
  "complete",
  "failed",
  "waiting_human",
  "abandoned",
  "cancelled",
] as const;

export type TaskState = (typeof TASK_STATES)[number];

/** The events that move a task from one state to another. */
export type TaskMove =
  | "task_readied"
  | "attempt_assigned"
  | "attempt_returned"
  | "attempt_finished"
  | "task_completed"
  | "task_failed"
  | "task_retried"
  | "task_escalated"
  | "task_replanned"
  | "task_cancelled"
  | "task_abandoned";

/** Every state a task can be in and every way it can move. */
export const TASK_TRANSITIONS: Record<TaskState, Partial<Record<TaskMove, TaskState>>> = {
  planned: {
    task_readied: "ready",
    task_escalated: "waiting_human",
    task_cancelled: "cancelled",
    task_abandoned: "abandoned",
  },
  ready: {
    attempt_assigned: "active",
    // One that is parked, and is not to wait.
    task_retried: "ready",
    task_escalated: "waiting_human",
    task_cancelled: "cancelled",
    task_abandoned: "abandoned",
  },
  active: {
    attempt_returned: "ready",
    attempt_finished: "awaiting_qa",
    task_failed: "failed",
    task_cancelled: "cancelled",
    task_abandoned: "abandoned",
  },
  awaiting_qa: {
    // A person had more to say.
    attempt_returned: "ready",
    task_completed: "complete",
    task_failed: "failed",
    task_cancelled: "cancelled",
    task_abandoned: "abandoned",
  },
  failed: {
    task_retried: "ready",
    task_escalated: "waiting_human",
    task_cancelled: "cancelled",
    task_abandoned: "abandoned",
  },
  waiting_human: {
    task_retried: "ready",
    task_replanned: "planned",
    task_cancelled: "cancelled",
    task_abandoned: "abandoned",
  },
  complete: {},
  abandoned: { task_retried: "ready", task_replanned: "planned" },
  cancelled: { task_retried: "ready", task_replanned: "planned" },
};

/** The state after `move`, or `undefined` when a task in `state` does not move by it. */
export function nextTaskState(state: TaskState, move: string): TaskState | undefined {
  const moves: Partial<Record<string, TaskState>> = TASK_TRANSITIONS[state];
  return moves[move];
}

/** Whether nothing more happens to the task unless a person says so. */
export function hasEnded(state: TaskState): boolean {
  return state === "complete" || state === "abandoned" || state === "cancelled";
}
