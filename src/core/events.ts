import type { AttemptEnd, AttemptSummary } from "./attempt.ts";
import type { CheckEvidence } from "./evidence.ts";
import type { Failure, FailurePolicy } from "./failure.ts";
import type { InterruptAnswer } from "./interrupt.ts";
import type { CheckSpec, TaskLimits } from "./task.ts";
import type { Usage } from "./usage.ts";

/** A fact that happened. State is what the events add up to. */
export type Event = EventBody & {
  readonly runId: string;
  readonly atMs: number;
};

/** An event as the log keeps it; `seq` counts from 1 in each run, without gaps. */
export type RecordedEvent = Event & { readonly seq: number };

export type EventBody = RunEvent | TaskEvent | AttemptEvent | InterruptEvent;

export type RunEvent =
  | { readonly type: "run_created"; readonly objective: string }
  /** These tasks have left the blackboard with all that is known of them, their events too. */
  | { readonly type: "tasks_archived"; readonly taskIds: readonly string[] };

/** What a task is when it is added; the rest of `Task` follows from events. */
export type TaskDefinition = {
  readonly id: string;
  readonly title: string;
  readonly prompt: string;
  readonly role: string;
  readonly agent: string;
  /** Who goes on while `agent` has met its usage limit, the first of them that has not. */
  readonly fallbackAgents?: readonly string[];
  readonly priority: number;
  readonly dependsOn: readonly string[];
  readonly acceptanceCriteria: readonly string[];
  readonly checks: readonly CheckSpec[];
  readonly limits: TaskLimits;
  readonly targetBranch: string;
  readonly merges: boolean;
};

type OfTask = { readonly taskId: string };

export type TaskEvent =
  | (OfTask & {
      readonly type: "task_added";
      readonly definition: TaskDefinition;
      readonly pendingDependencies: number;
    })
  | (OfTask & { readonly type: "task_readied" })
  | (OfTask & { readonly type: "task_parked"; readonly untilMs: number; readonly reason: string })
  | (OfTask & { readonly type: "task_unparked" })
  | (OfTask & {
      readonly type: "task_failed";
      readonly failure: Failure;
      /** `end` is of blackboards in which an agent's word still cancelled its task. */
      readonly costs: FailurePolicy["costs"] | "end";
      /** Whose attempt it was. */
      readonly agent?: string;
    })
  | (OfTask & {
      readonly type: "task_retried";
      /** Whether a person sent it back, which gives it all its retries again. */
      readonly byHuman: boolean;
      readonly note: string | undefined;
    })
  /** Somebody has something to say to whoever works it. */
  | (OfTask & {
      readonly type: "message_sent";
      readonly messageId: string;
      readonly text: string;
      readonly interrupts: boolean;
    })
  | (OfTask & { readonly type: "task_paused" })
  | (OfTask & { readonly type: "task_resumed" })
  | (OfTask & { readonly type: "task_replanned"; readonly note: string | undefined })
  | (OfTask & { readonly type: "dependency_satisfied"; readonly dependencyId: string })
  | (OfTask & { readonly type: "dependency_dropped"; readonly dependencyId: string })
  | (OfTask & {
      readonly type: "dependency_replaced";
      readonly dependencyId: string;
      readonly replacementId: string;
    })
  /** The dependency is complete and has left the blackboard. */
  | (OfTask & { readonly type: "dependency_archived"; readonly dependencyId: string })
  | (OfTask & { readonly type: "merge_deferred"; readonly reason: string })
  /** A person gave its attempts another time limit, from now on. */
  | (OfTask & { readonly type: "task_timeout_set"; readonly timeoutMs: number })
  | (OfTask & { readonly type: "task_completed"; readonly mergedCommit: string | undefined })
  | (OfTask & { readonly type: "task_cancelled" })
  | (OfTask & { readonly type: "task_abandoned" });

type OfAttempt = OfTask & { readonly attemptId: string };

export type AttemptEvent =
  | (OfAttempt & {
      readonly type: "attempt_assigned";
      readonly number: number;
      readonly epoch: number;
      readonly nodeId: string;
      readonly agent: string;
      readonly branch: string;
      readonly startFrom: "previous" | "target";
    })
  | (OfAttempt & {
      readonly type: "attempt_prepared";
      readonly workspacePath: string;
      readonly baseCommit: string;
      readonly sessionId: string | undefined;
      readonly resumesSession: boolean;
    })
  | (OfAttempt & {
      readonly type: "attempt_started";
      /** Unless it had ended before anybody could look. */
      readonly pid: number | undefined;
    })
  | (OfAttempt & {
      readonly type: "attempt_returned";
      readonly reason: string;
      /** A person wanted it, so it does not count among the times in a row. */
      readonly byHuman?: boolean;
    })
  /** Its agent has taken these in, or they were in its prompt. */
  | (OfAttempt & { readonly type: "messages_heard"; readonly messageIds: readonly string[] })
  /** A person has something for it, which is on its task. */
  | (OfAttempt & { readonly type: "attempt_called" })
  | (OfAttempt & { readonly type: "attempt_reported" } & AttemptSpending)
  | (OfAttempt & {
      readonly type: "attempt_finished";
      readonly commit: string;
      readonly summary: AttemptSummary;
    } & AttemptSpending)
  | (OfAttempt & {
      readonly type: "attempt_succeeded";
      readonly evidence: readonly CheckEvidence[];
    })
  | (OfAttempt & {
      readonly type: "attempt_ended";
      readonly end: AttemptEnd;
      readonly failure: Failure;
      readonly evidence: readonly CheckEvidence[];
      readonly commit: string | undefined;
      readonly summary: AttemptSummary | undefined;
    } & AttemptSpending)
  | (OfAttempt & {
      readonly type: "attempt_rejected";
      readonly failure: Failure;
      readonly evidence: readonly CheckEvidence[];
    })
  | (OfAttempt & { readonly type: "attempt_stopping" })
  /** A person gave it another time limit while it ran; 0 ends it. */
  | (OfAttempt & { readonly type: "attempt_timeout_set"; readonly timeoutMs: number });

/** What an attempt has used so far; never less than reported before. */
export type AttemptSpending = {
  readonly sessionId: string | undefined;
  readonly usage: Usage;
  readonly costUsd: number | undefined;
  /** Whether the cost was reckoned from the tokens, because the agent told none. */
  readonly costIsEstimated?: boolean | undefined;
};

export type InterruptEvent =
  | (OfTask & {
      readonly type: "task_escalated";
      readonly interruptId: string;
      readonly question: string;
    })
  | (OfTask & {
      readonly type: "interrupt_closed";
      readonly interruptId: string;
      readonly answer: InterruptAnswer;
    });
