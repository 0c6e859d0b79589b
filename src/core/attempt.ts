import type { CheckEvidence } from "./evidence.ts";
import type { Failure } from "./failure.ts";
import type { Usage } from "./usage.ts";

/** One try at a task by one agent on one node in one workspace. Times are milliseconds since the epoch. */
export type Attempt = {
  /** `<task id>-<number>`. */
  readonly id: string;
  readonly taskId: string;
  readonly runId: string;
  readonly number: number;
  /** The task's epoch when this attempt was assigned; every write it causes carries it. */
  readonly epoch: number;
  readonly nodeId: string;
  readonly agent: string;
  readonly state: AttemptState;
  /** `orchestra/<task>-<slug>/<number>`. */
  readonly branch: string;
  /** The attempt whose work and context this one goes on from. */
  readonly startFrom: "previous" | "target";
  /** The agent's session, fixed before the start where the agent allows it. */
  readonly sessionId: string | undefined;
  /** Whether `sessionId` names a session of an earlier attempt that is to be resumed. */
  readonly resumesSession: boolean;
  readonly workspacePath: string | undefined;
  readonly baseCommit: string | undefined;
  readonly pid: number | undefined;
  readonly queuedAtMs: number;
  readonly startedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  /** Its processes are being ended; late results are refused. */
  readonly isStopping: boolean;
  /** Its own time limit, where a person has changed that while it ran; 0 ends it. */
  readonly timeoutMs?: number;
  /** A person has said something to its task, or paused it: its node reads there what it is. */
  readonly isCalled?: boolean;
  readonly usage: Usage;
  readonly costUsd: number | undefined;
  /** Whether the cost was reckoned from the tokens, because the agent told none. */
  readonly costIsEstimated?: boolean | undefined;
  readonly commit: string | undefined;
  readonly failure: Failure | undefined;
  readonly summary: AttemptSummary | undefined;
  readonly evidence: readonly CheckEvidence[];
};

/** What one attempt did, for the next one and for a person. */
export type AttemptSummary = {
  readonly diffStat: string;
  readonly lastMessages: readonly string[];
};

export const ATTEMPT_STATES = [
  "queued",
  "starting",
  "running",
  "succeeded",
  "failed",
  "timed_out",
  "stalled",
  "lost",
  "cancelled",
] as const;

export type AttemptState = (typeof ATTEMPT_STATES)[number];

/** How an attempt can end without success. */
export type AttemptEnd = "failed" | "timed_out" | "stalled" | "lost" | "cancelled";

/** Whether the attempt still holds its workspace and a slot of its node. */
export function isLive(state: AttemptState): boolean {
  return state === "queued" || state === "starting" || state === "running";
}

export function attemptId(taskId: string, number: number): string {
  return `${taskId}-${number}`;
}

/** The task of an attempt, told from the attempt's id alone. */
export function taskIdOf(attemptId: string): string {
  return attemptId.slice(0, attemptId.lastIndexOf("-"));
}

/**
 * What an attempt goes on from, by those before it: after one that was broken off that is its work,
 * also where the failure before that had the task begin anew.
 */
export function startOf(
  { startFrom }: Pick<Attempt, "startFrom">,
  earlier: readonly Attempt[],
): Attempt["startFrom"] {
  const worked = earlier.findLast(({ workspacePath }) => workspacePath !== undefined);
  return worked?.failure?.class === "cancelled" ? "previous" : startFrom;
}
