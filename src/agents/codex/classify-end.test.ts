import { expect, test } from "vitest";
import type { FailureClass } from "../../core/failure.ts";
import type { AgentOutcome, ProcessEnd } from "../adapter.ts";
import { capturedStream, pushAll } from "../testing/streams.ts";
import { classifyEnd } from "./classify-end.ts";
import { createCodexParser } from "./parser.ts";

function outcomeOf(stdout: string, end: Partial<ProcessEnd> = {}): AgentOutcome {
  const parser = createCodexParser("UTC");
  pushAll(parser, stdout);
  return classifyEnd({ exitCode: 1, signal: undefined, stderrTail: "", ...end }, parser.report());
}

function failedTurn(message: string): string {
  return JSON.stringify({ type: "turn.failed", error: { message } });
}

test("a turn that completed is a success, and its last message the summary", () => {
  expect(outcomeOf(capturedStream("codex-success"), { exitCode: 0 })).toEqual({
    kind: "succeeded",
    summary: "Done: MOCK-FINAL-ANSWER",
  });
});

test.each<readonly [string, FailureClass, RegExp]>([
  ["auth-error", "auth", /401 Unauthorized/],
  ["usage-limit", "quota", /hit your usage limit/],
  ["broken-stream", "network", /disconnected/],
])("a run that ended with %s failed as %s", (name, failureClass, message) => {
  for (const exitCode of [0, 1]) {
    expect(outcomeOf(capturedStream(`codex-${name}`), { exitCode })).toMatchObject({
      kind: "failed",
      end: "failed",
      failure: { class: failureClass, message: expect.stringMatching(message) },
    });
  }
});

test.each<readonly [string, FailureClass]>([
  ["unexpected status 403 Forbidden: not allowed, url: http://localhost/v1/responses", "auth"],
  ["Missing environment variable: `OPENAI_API_KEY`.", "auth"],
  ["unexpected status 402 Payment Required: Payment required", "budget"],
  ["Quota exceeded. Check your plan and billing details.", "budget"],
  ["exceeded retry limit, last status: 429 Too Many Requests", "rate_limit"],
  ["exceeded retry limit, last status: 503 Service Unavailable", "provider_error"],
  ["We’re currently experiencing high demand, which may cause temporary errors.", "provider_error"],
  ["Selected model is at capacity. Please try a different model.", "provider_error"],
  [
    "stream disconnected before completion: stream closed before response.completed",
    "provider_error",
  ],
  ["stream disconnected before completion: idle timeout waiting for SSE", "network"],
  ["stream disconnected before completion: failed to lookup address information", "network"],
  ["Codex ran out of room in the model's context window. Start a new thread", "context_overflow"],
  ["unexpected status 413 Payload Too Large: too large", "context_overflow"],
  ["The model gpt-9 does not exist", "model_not_found"],
  ["unexpected status 404 Not Found: nothing here", "model_not_found"],
  ["You’ve hit your usage limit. Try again later.", "quota"],
  ["The turn was interrupted.", "cancelled"],
  ["a sentence of tomorrow", "unknown"],
])("the failed turn %j is of class %s", (message, failureClass) => {
  expect(outcomeOf(failedTurn(message))).toMatchObject({ failure: { class: failureClass } });
});

test("a refusal that is shown as its body is told by the sentence in it", () => {
  const body = { error: { type: "invalid_request_error", message: "bad thing" } };
  expect(outcomeOf(failedTurn(JSON.stringify(body)))).toMatchObject({
    failure: { class: "unknown", message: "bad thing" },
  });
});

test("a usage limit is over at the end of the minute that it tells", () => {
  // The thread began at 13:51, and was told `3:51 PM`.
  expect(outcomeOf(capturedStream("codex-usage-limit"))).toMatchObject({
    failure: { class: "quota", resetAtMs: Date.parse("2026-11-21T15:52:00Z") },
  });
});

test("an error explains an end that no turn's end explained", () => {
  const killed = capturedStream("codex-auth-error").replace(/^.*"turn.failed".*$/m, "");
  expect(outcomeOf(killed, { exitCode: 143 })).toMatchObject({ failure: { class: "auth" } });
});

test.each<readonly [Partial<ProcessEnd>, FailureClass, string]>([
  [{ exitCode: 0 }, "empty_output", "Codex ended without a result."],
  [{ exitCode: 126 }, "missing_executable", "126"],
  [{ exitCode: undefined, signal: "SIGKILL" }, "process_crash", "SIGKILL"],
  [{ exitCode: 1 }, "process_crash", "exit code 1"],
  [
    {
      stderrTail:
        "WARNING: proceeding\nError: thread/resume: thread/resume failed: no rollout found for thread id 01a1\n\nStack backtrace:\n   0: <unknown>\n",
    },
    "unknown",
    "no rollout found for thread id",
  ],
  [
    {
      exitCode: 2,
      stderrTail: "error: unexpected argument '--bogus' found\n\nUsage: codex exec\n",
    },
    "unknown",
    "unexpected argument '--bogus'",
  ],
  [{ stderrTail: "Not logged in. Run codex login." }, "auth", "codex login"],
])("an end of %j without a word in the stream is of class %s", (end, failureClass, words) => {
  expect(outcomeOf("", end)).toMatchObject({
    kind: "failed",
    failure: { class: failureClass, message: expect.stringContaining(words) },
  });
});
