/** Why an attempt ended without success: the closed taxonomy that alone decides what follows. */
export const FAILURE_CLASSES = [
  "auth",
  "quota",
  "rate_limit",
  "provider_error",
  "network",
  "context_overflow",
  "model_not_found",
  "missing_executable",
  "process_crash",
  "empty_output",
  "timeout",
  "stall",
  "node_lost",
  "check_failed",
  "judge_rejected",
  "merge_conflict",
  "budget",
  "cancelled",
  "unknown",
] as const;

export type FailureClass = (typeof FAILURE_CLASSES)[number];

export type Failure = {
  readonly class: FailureClass;
  /** One sentence for a person: what happened. */
  readonly message: string;
  /** When the provider says work may go on (milliseconds since the epoch). */
  readonly resetAtMs?: number;
};

/**
 * What a failure costs and allows.
 * - `count`: it uses one of the task's retries.
 * - `wait`: the task is parked and tried again at no cost (bounded by `MAX_WAITS`).
 * - `loss`: counted apart; after `MAX_LOSSES` a human is asked.
 * - `human`: another try would end the same way, so a person is asked at once.
 * - `end`: nothing follows.
 */
export type FailurePolicy = {
  readonly then: "count" | "wait" | "loss" | "human" | "end";
  /** Whether the next attempt may resume the agent's session. */
  readonly resumable: boolean;
  /** Whether the next attempt goes on from this one's work or from the target branch. */
  readonly startFrom: "previous" | "target";
};

const POLICIES: Record<FailureClass, FailurePolicy> = {
  auth: { then: "human", resumable: true, startFrom: "previous" },
  quota: { then: "wait", resumable: true, startFrom: "previous" },
  rate_limit: { then: "wait", resumable: true, startFrom: "previous" },
  provider_error: { then: "count", resumable: true, startFrom: "previous" },
  network: { then: "count", resumable: true, startFrom: "previous" },
  context_overflow: { then: "count", resumable: false, startFrom: "previous" },
  model_not_found: { then: "human", resumable: false, startFrom: "previous" },
  missing_executable: { then: "human", resumable: false, startFrom: "previous" },
  process_crash: { then: "count", resumable: false, startFrom: "previous" },
  empty_output: { then: "count", resumable: false, startFrom: "previous" },
  timeout: { then: "count", resumable: true, startFrom: "previous" },
  stall: { then: "count", resumable: false, startFrom: "previous" },
  node_lost: { then: "loss", resumable: true, startFrom: "previous" },
  check_failed: { then: "count", resumable: false, startFrom: "previous" },
  judge_rejected: { then: "count", resumable: false, startFrom: "previous" },
  merge_conflict: { then: "count", resumable: false, startFrom: "target" },
  budget: { then: "human", resumable: true, startFrom: "previous" },
  cancelled: { then: "end", resumable: true, startFrom: "previous" },
  unknown: { then: "count", resumable: false, startFrom: "previous" },
};

/** What a failure of this class costs and allows. */
export function policyOf(failureClass: FailureClass): FailurePolicy {
  return POLICIES[failureClass];
}
