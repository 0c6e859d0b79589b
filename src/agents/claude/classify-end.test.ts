import { expect, test } from "vitest";
import type { FailureClass } from "../../core/failure.ts";
import type { AgentOutcome, ProcessEnd } from "../adapter.ts";
import { capturedStream, pushAll } from "../testing/streams.ts";
import { classifyEnd } from "./classify-end.ts";
import { createClaudeParser } from "./parser.ts";

const EXIT_1: ProcessEnd = { exitCode: 1, signal: undefined, stderrTail: "" };

function outcomeOf(stdout: string, end: Partial<ProcessEnd> = {}): AgentOutcome {
  const parser = createClaudeParser();
  pushAll(parser, stdout);
  return classifyEnd({ ...EXIT_1, ...end }, parser.report());
}

function failedResult(fields: object): string {
  return JSON.stringify({ type: "result", subtype: "success", is_error: true, ...fields });
}

test("a result without an error is a success, and its text the summary", () => {
  expect(outcomeOf(capturedStream("claude-success"), { exitCode: 0 })).toEqual({
    kind: "succeeded",
    summary: "Done: MOCK-FINAL-ANSWER",
  });
});

test.each<readonly [string, FailureClass, RegExp]>([
  ["auth-error", "auth", /401/],
  ["rate-limited", "rate_limit", /429/],
  ["max-turns", "budget", /maximum number of turns \(1\)/],
  ["budget", "budget", /maximum budget/],
  ["usage-limit", "quota", /hit your 5-hour limit/],
  ["context-overflow", "context_overflow", /too long/],
  ["network", "network", /ECONNREFUSED/],
  ["unknown-session", "unknown", /No conversation found/],
])("a run that ended with %s failed as %s", (name, failureClass, message) => {
  // Even one that exits with 0 has failed: the stream knows better.
  for (const exitCode of [0, 1]) {
    expect(outcomeOf(capturedStream(`claude-${name}`), { exitCode })).toEqual({
      kind: "failed",
      end: "failed",
      failure: expect.objectContaining({
        class: failureClass,
        message: expect.stringMatching(message),
      }),
    });
  }
});

test.each<readonly [object, FailureClass]>([
  [{ result: "Failed to authenticate.", api_error_status: 401 }, "auth"],
  [{ result: "Invalid API key · Please run /login" }, "auth"],
  [{ result: "API Error: 403 forbidden", api_error_status: 403 }, "auth"],
  [
    { result: "There's an issue with the selected model", api_error_status: 404 },
    "model_not_found",
  ],
  [{ result: "API Error: 500 broken", api_error_status: 500 }, "provider_error"],
  [{ result: "API Error: 529 Overloaded", api_error_status: 529 }, "provider_error"],
  [{ result: "API Error: Overloaded" }, "provider_error"],
  [{ result: "API returned an empty or malformed response (HTTP 200)" }, "provider_error"],
  [{ result: "API Error: Connection error." }, "network"],
  [{ result: "API Error: fetch failed (ETIMEDOUT)" }, "network"],
  [{ result: "Connection refused", api_error: "connection_failed" }, "network"],
  [{ result: "Prompt is too long", api_error_status: 400 }, "context_overflow"],
  [{ result: "API Error: 413 too large", api_error_status: 413 }, "context_overflow"],
  [{ terminal_reason: "prompt_too_long" }, "context_overflow"],
  [{ result: "Credit balance is too low", api_error_status: 400 }, "budget"],
  [{ subtype: "error_max_structured_output_retries" }, "unknown"],
  [{ result: "API Error: 400 no", api_error_status: 400 }, "unknown"],
])("the failed result %j is of class %s", (fields, failureClass) => {
  expect(outcomeOf(failedResult(fields))).toMatchObject({ failure: { class: failureClass } });
});

test("a usage limit that tells its end in an event parks until then", () => {
  expect(outcomeOf(capturedStream("claude-usage-limit"))).toMatchObject({
    failure: { class: "quota", resetAtMs: 1_795_255_200_000 },
  });
});

test("a usage limit that tells its end in words alone parks until then", () => {
  const words = capturedStream("claude-usage-limit").replace(/^.*"rate_limit_event".*\n/m, "");
  expect(outcomeOf(words)).toMatchObject({
    failure: { class: "quota", resetAtMs: Date.parse("2026-11-21T10:00:00Z") },
  });
});

test("a usage limit of an old build is one, though it calls itself a success", () => {
  const result = "Claude AI usage limit reached|1763700000";
  expect(outcomeOf(failedResult({ result, is_error: false }), { exitCode: 0 })).toMatchObject({
    failure: { class: "quota", resetAtMs: 1_763_700_000_000 },
  });
});

test("a usage limit that tells no end is a quota without one", () => {
  const result = "You've hit your session limit · resets 9pm (UTC)";
  const outcome = outcomeOf(failedResult({ result, api_error_status: 429 }));
  expect(outcome).toMatchObject({ failure: { class: "quota" } });
  expect(outcome).not.toHaveProperty("failure.resetAtMs");
});

test("an answer about limits is an answer", () => {
  const result = "I fixed the text `usage limit reached`: it said prompt is too long, and 401.";
  expect(outcomeOf(failedResult({ result, is_error: false }), { exitCode: 0 })).toMatchObject({
    kind: "succeeded",
  });
});

test("a limit that was met and waited for is forgotten once the work went on", () => {
  const limited = capturedStream("claude-usage-limit").replace(/^.*"type":"result".*$/m, "");
  const both = limited + capturedStream("claude-success");
  expect(outcomeOf(both, { exitCode: 0 })).toMatchObject({ kind: "succeeded" });
});

test("an interrupt without a further message is a cancellation", () => {
  const [interrupted = ""] = capturedStream("claude-interrupted").split(/(?<="type":"result".*\n)/);
  expect(outcomeOf(interrupted)).toMatchObject({ failure: { class: "cancelled" } });
  expect(outcomeOf(capturedStream("claude-interrupted"), { exitCode: 0 })).toMatchObject({
    kind: "succeeded",
    summary: "After the interrupt.",
  });
});

test("a failed call explains an end that no result explained", () => {
  const killed = capturedStream("claude-auth-error").replace(/^.*"type":"result".*$/m, "");
  expect(outcomeOf(killed, { exitCode: 143 })).toMatchObject({ failure: { class: "auth" } });
});

test.each<readonly [Partial<ProcessEnd>, FailureClass, RegExp]>([
  [{ exitCode: 0 }, "empty_output", /without a result/],
  [{ exitCode: 127, stderrTail: "claude: not found" }, "missing_executable", /not found/],
  [{ exitCode: 126 }, "missing_executable", /126/],
  [{ exitCode: undefined, signal: "SIGKILL" }, "process_crash", /SIGKILL/],
  [{ exitCode: 143, stderrTail: "Terminated" }, "process_crash", /143/],
  [{ exitCode: 1 }, "process_crash", /exit code 1/],
  [{ stderrTail: "No conversation found with session ID: 1111" }, "unknown", /No conversation/],
  [{ stderrTail: "Invalid API key · Please run /login" }, "auth", /login/],
  [{ stderrTail: "getaddrinfo ENOTFOUND api.anthropic.com" }, "network", /ENOTFOUND/],
])("an end of %j without a word in the stream is of class %s", (end, failureClass, message) => {
  expect(outcomeOf("", end)).toMatchObject({
    kind: "failed",
    failure: { class: failureClass, message: expect.stringMatching(message) },
  });
});
