import { describe, expect, test } from "vitest";
import { FAILURE_CLASSES, policyOf, type FailureClass } from "./failure.ts";
import { afterFailure, backOffMs, MAX_LOSSES, MAX_WAITS } from "./retry.ts";
import { aFailure, aTask } from "./testing/builders.ts";

const NOW_MS = 1_000_000;
const MINUTE_MS = 60_000;
const COUNTED_ONCE = aTask({ failureCount: 1, lossCount: 1, waitCount: 1 });

/** The delay before the next attempt, with full jitter, after the first failure; or what happens else. */
const FOLLOWS: Record<FailureClass, number | "ask"> = {
  auth: "ask",
  quota: 30 * MINUTE_MS,
  rate_limit: 2_000,
  provider_error: 2_000,
  network: 2_000,
  context_overflow: 0,
  model_not_found: "ask",
  missing_executable: "ask",
  process_crash: 2_000,
  empty_output: 0,
  timeout: 0,
  stall: 0,
  node_lost: 2_000,
  check_failed: 0,
  judge_rejected: 0,
  merge_conflict: 0,
  budget: "ask",
  cancelled: "ask",
  unknown: 2_000,
};

test.each(FAILURE_CLASSES)("what follows %s is decided by its class", (failureClass) => {
  const consequence = afterFailure(COUNTED_ONCE, aFailure({ class: failureClass }), NOW_MS, 1);
  const delayMs = consequence.kind === "retry" ? (consequence.parkedUntilMs ?? NOW_MS) - NOW_MS : 0;
  const followed = consequence.kind === "retry" ? delayMs : consequence.kind;
  expect(followed).toBe(FOLLOWS[failureClass]);
});

describe("a reset time", () => {
  test.each(["quota", "rate_limit", "provider_error", "check_failed"] as const)(
    "is waited for after %s, and a little longer because clocks differ",
    (failureClass) => {
      const failure = aFailure({ class: failureClass, resetAtMs: NOW_MS + MINUTE_MS });
      const { parkedUntilMs } = retriedAfter(failure, 0.5);
      expect(parkedUntilMs).toBe(NOW_MS + MINUTE_MS + 7_500);
    },
  );

  test("that has passed meanwhile is met soon, and less soon each time it is told again", () => {
    const passed = aFailure({ class: "quota", resetAtMs: NOW_MS - 1 });
    const first = afterFailure(aTask({ waitCount: 1 }), passed, NOW_MS, 0.5);
    expect(first).toMatchObject({ parkedUntilMs: NOW_MS + 8_500 });
    const later = afterFailure(aTask({ waitCount: 20 }), passed, NOW_MS, 0.5);
    expect(later).toMatchObject({ parkedUntilMs: NOW_MS + 157_500 });
  });

  test("that is no number tells nothing", () => {
    const known = retriedAfter(aFailure({ class: "quota", resetAtMs: Number.NaN }), 0.5);
    expect(known).toEqual(retriedAfter(aFailure({ class: "quota" }), 0.5));
  });

  test("ends on a whole millisecond", () => {
    const failure = aFailure({ class: "quota", resetAtMs: NOW_MS + 0.25 });
    expect(retriedAfter(failure, 0.123).parkedUntilMs).toSatisfy(Number.isInteger);
  });
});

test("a task without retries asks at its first failure", () => {
  const limits = { timeoutMs: 1, stallMs: 0, maxRetries: 0 };
  const task = aTask({ limits, failureCount: 1 });
  expect(afterFailure(task, aFailure(), NOW_MS, 0).kind).toBe("ask");
});

test.each([
  ["failures", { failureCount: 4 }, { failureCount: 5 }, "check_failed"],
  ["losses", { lossCount: MAX_LOSSES - 1 }, { lossCount: MAX_LOSSES }, "node_lost"],
  ["waits", { waitCount: MAX_WAITS }, { waitCount: MAX_WAITS + 1 }, "quota"],
] as const)("%s are bounded", (_name, last, tooMany, failureClass) => {
  const failure = aFailure({ class: failureClass });
  expect(afterFailure(aTask(last), failure, NOW_MS, 0).kind).toBe("retry");
  expect(afterFailure(aTask(tooMany), failure, NOW_MS, 0).kind).toBe("ask");
});

test.each(FAILURE_CLASSES.filter((one) => policyOf(one).costs === "human"))(
  "a person who is asked about %s reads what happened",
  (failureClass) => {
    const failure = aFailure({ class: failureClass, message: "Not logged in." });
    const consequence = afterFailure(COUNTED_ONCE, failure, NOW_MS, 0);
    expect(consequence).toMatchObject({ question: expect.stringContaining("Not logged in.") });
  },
);

test("what an agent says without a full stop is asked as a sentence", () => {
  const failure = aFailure({ class: "auth", message: "HTTP 401 bad key" });
  expect(afterFailure(COUNTED_ONCE, failure, NOW_MS, 0)).toMatchObject({
    question: "HTTP 401 bad key. Retry once it is put right?",
  });
});

describe("back-off", () => {
  test("doubles with every try, up to five minutes", () => {
    const tries = [0, 1, 2, 3, 4, 8, 9, 100, 10_000];
    expect(tries.map((count) => backOffMs(count, 1))).toEqual([
      2_000, 2_000, 4_000, 8_000, 16_000, 256_000, 300_000, 300_000, 300_000,
    ]);
  });

  test("is a random part of that, in whole milliseconds", () => {
    expect([0, 0.25, 0.123_456].map((jitter) => backOffMs(3, jitter))).toEqual([0, 2_000, 988]);
  });
});

function retriedAfter(
  failure: ReturnType<typeof aFailure>,
  jitter: number,
): { readonly parkedUntilMs: number | undefined } {
  const consequence = afterFailure(COUNTED_ONCE, failure, NOW_MS, jitter);
  if (consequence.kind !== "retry") throw new Error(`It is not retried: ${consequence.kind}`);
  return consequence;
}
