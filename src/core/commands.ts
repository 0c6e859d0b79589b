import type { HeldUntil } from "./agent-hold.ts";
import type { AttemptEnd, AttemptSummary } from "./attempt.ts";
import type { AttemptSpending, TaskDefinition } from "./events.ts";
import type { CheckEvidence } from "./evidence.ts";
import type { Failure } from "./failure.ts";

/** Something that is wanted; `decide` says what follows, or refuses. */
export type Command = { readonly nowMs: number } & (
  | { readonly type: "create_run"; readonly runId: string; readonly objective: string }
  | TaskCommand
  | DispatchCommand
  | AttemptCommand
  | MergeCommand
  | HumanCommand
  | ArchiveCommand
);

export type TaskCommand = {
  readonly type: "add_tasks";
  readonly runId: string;
  readonly tasks: readonly TaskDefinition[];
};

/** Takes tasks that have ended off the blackboard; all of them, or none. */
export type ArchiveCommand = {
  readonly type: "archive_tasks";
  readonly taskIds: readonly string[];
  /** What ended later stays: it may have gone on since somebody looked. */
  readonly endedBeforeMs: number;
};

/** A node's room for work. */
export type NodeOffer = {
  readonly id: string;
  readonly capacity: number;
  readonly agents: readonly string[];
};

export type DispatchCommand =
  | {
      readonly type: "assign";
      readonly nodes: readonly NodeOffer[];
      /** Attempts at a time, by agent; an agent that is not named has no limit of its own. */
      readonly agentLimits: Readonly<Record<string, number>>;
      /** Agents whose accounts may do nothing now. */
      readonly agentHolds?: HeldUntil;
    }
  | { readonly type: "unpark" };

/** Every write that a node causes names its attempt, and the epoch that gives the right to. */
type OfAttempt = { readonly attemptId: string; readonly epoch: number };

/** Ids of messages that the agent has taken in, those that are on record among them. */
type Heard = readonly string[];

export type AttemptCommand = OfAttempt &
  (
    | {
        readonly type: "prepare_attempt";
        readonly workspacePath: string;
        readonly baseCommit: string;
        readonly sessionId: string | undefined;
        readonly resumesSession: boolean;
        /** The messages that are in its prompt. */
        readonly messageIds?: readonly string[];
      }
    | { readonly type: "start_attempt"; readonly pid: number | undefined }
    /** A start that failed through no fault of the agent; costs the task nothing. */
    | {
        readonly type: "return_attempt";
        readonly reason: string;
        readonly jitter: number;
        /** A person wanted it, so it is ready again at once, however often. */
        readonly byHuman?: boolean;
      }
    | {
        readonly type: "report_attempt";
        readonly spending: AttemptSpending;
        readonly heard?: Heard;
      }
    | {
        readonly type: "finish_attempt";
        readonly commit: string;
        readonly summary: AttemptSummary;
        readonly spending: AttemptSpending;
        readonly heard?: Heard;
      }
    /** Its checks passed on its commit. */
    | { readonly type: "accept_attempt"; readonly evidence: readonly CheckEvidence[] }
    | {
        readonly type: "end_attempt";
        readonly end: AttemptEnd;
        readonly failure: Failure;
        readonly evidence: readonly CheckEvidence[];
        readonly commit: string | undefined;
        readonly summary: AttemptSummary | undefined;
        readonly spending: AttemptSpending;
        readonly heard?: Heard;
        /** In [0, 1): spreads retries in time. */
        readonly jitter: number;
      }
  );

export type MergeCommand = { readonly taskId: string; readonly epoch: number } & (
  | { readonly type: "complete_merge"; readonly mergedCommit: string }
  | {
      readonly type: "reject_merge";
      readonly failure: Failure;
      readonly evidence: readonly CheckEvidence[];
      readonly jitter: number;
    }
  | { readonly type: "defer_merge"; readonly reason: string }
);

export type HumanCommand =
  | {
      readonly type: "cancel_task";
      readonly taskId: string;
      /** Whether dependents wait for a person or are abandoned with it. */
      readonly dependents: "wait" | "abandon";
    }
  /** Says something to whoever works the task, now or next. */
  | {
      readonly type: "send_message";
      readonly taskId: string;
      readonly text: string;
      /** Whether the turn at work is broken off for it; refused where there is none. */
      readonly interrupts: boolean;
    }
  /** Ends the agent at work, with its session and work kept; no attempt starts before it is resumed. */
  | { readonly type: "pause_task"; readonly taskId: string }
  | { readonly type: "resume_task"; readonly taskId: string }
  | { readonly type: "retry_task"; readonly taskId: string; readonly note: string | undefined }
  | {
      readonly type: "abandon_task";
      readonly taskId: string;
      readonly dependents: "wait" | "abandon";
    }
  /** Gives the task's attempts more time, the one at work, too. */
  | { readonly type: "extend_timeout"; readonly taskId: string; readonly byMs: number }
  /** Ends the attempt at work as one whose time is up. */
  | { readonly type: "time_out_now"; readonly taskId: string }
  /** Puts another task in the place of one that waits for a person. */
  | { readonly type: "replace_task"; readonly taskId: string; readonly task: TaskDefinition };
