import { expect, test } from "vitest";
import { FAILURE_CLASSES, policyOf, type FailurePolicy } from "./failure.ts";

const COSTS: Record<FailurePolicy["costs"], readonly string[]> = {
  retry: [
    "provider_error",
    "network",
    "context_overflow",
    "process_crash",
    "empty_output",
    "timeout",
    "stall",
    "check_failed",
    "judge_rejected",
    "merge_conflict",
    "unknown",
  ],
  wait: ["quota", "rate_limit"],
  loss: ["node_lost"],
  human: ["auth", "model_not_found", "missing_executable", "budget", "cancelled"],
};

test.each(Object.entries(COSTS))(
  "what costs a %s is known, and nothing else does",
  (costs, given) => {
    expect(FAILURE_CLASSES.filter((one) => policyOf(one).costs === costs)).toEqual(given);
  },
);

test("a session that ended by its own fault is not resumed", () => {
  const resumable = FAILURE_CLASSES.filter((one) => policyOf(one).resumable);
  expect(resumable).toEqual([
    "auth",
    "quota",
    "rate_limit",
    "provider_error",
    "network",
    "timeout",
    "node_lost",
    "budget",
    "cancelled",
  ]);
});

test("only a conflict starts again from the target branch", () => {
  const fromTarget = FAILURE_CLASSES.filter((one) => policyOf(one).startFrom === "target");
  expect(fromTarget).toEqual(["merge_conflict"]);
});
