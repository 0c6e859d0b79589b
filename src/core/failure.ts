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
 * - `retry`: it uses one of the task's retries.
 * - `wait`: the task is parked and tried again at no cost (bounded by `MAX_WAITS`).
 * - `loss`: counted apart; after `MAX_LOSSES` a human is asked.
 * - `human`: another try would end the same way, so a person is asked at once.
 */
export type FailurePolicy = {
  readonly costs: "retry" | "wait" | "loss" | "human";
  /** Whether the next attempt may resume the agent's session. */
  readonly resumable: boolean;
  /** Whether the next attempt goes on from this one's work or from the target branch. */
  readonly startFrom: "previous" | "target";
};

const POLICIES: Record<FailureClass, FailurePolicy> = {
  auth: { costs: "human", resumable: true, startFrom: "previous" },
  quota: { costs: "wait", resumable: true, startFrom: "previous" },
  rate_limit: { costs: "wait", resumable: true, startFrom: "previous" },
  provider_error: { costs: "retry", resumable: true, startFrom: "previous" },
  network: { costs: "retry", resumable: true, startFrom: "previous" },
  context_overflow: { costs: "retry", resumable: false, startFrom: "previous" },
  model_not_found: { costs: "human", resumable: false, startFrom: "previous" },
  missing_executable: { costs: "human", resumable: false, startFrom: "previous" },
  process_crash: { costs: "retry", resumable: false, startFrom: "previous" },
  empty_output: { costs: "retry", resumable: false, startFrom: "previous" },
  timeout: { costs: "retry", resumable: true, startFrom: "previous" },
  stall: { costs: "retry", resumable: false, startFrom: "previous" },
  node_lost: { costs: "loss", resumable: true, startFrom: "previous" },
  check_failed: { costs: "retry", resumable: false, startFrom: "previous" },
  judge_rejected: { costs: "retry", resumable: false, startFrom: "previous" },
  merge_conflict: { costs: "retry", resumable: false, startFrom: "target" },
  budget: { costs: "human", resumable: true, startFrom: "previous" },
  // Who cancels a task takes it from its agent first. This is an agent's word, and no agent's to decide.
  cancelled: { costs: "human", resumable: true, startFrom: "previous" },
  unknown: { costs: "retry", resumable: false, startFrom: "previous" },
};

/** What a failure of this class costs and allows. */
export function policyOf(failureClass: FailureClass): FailurePolicy {
  return POLICIES[failureClass];
}
