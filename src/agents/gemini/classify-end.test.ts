import { expect, test } from "vitest";
import type { FailureClass } from "../../core/failure.ts";
import type { AgentOutcome, ProcessEnd } from "../adapter.ts";
import { capturedStream, pushAll } from "../testing/streams.ts";
import { classifyEnd } from "./classify-end.ts";
import { createGeminiParser } from "./parser.ts";

function outcomeOf(stdout: string, end: Partial<ProcessEnd> = {}): AgentOutcome {
  const parser = createGeminiParser();
  pushAll(parser, stdout);
  const all = { exitCode: 1, signal: undefined, stderrTail: "", ...end };
  return classifyEnd(all, parser.report());
}

const SAID_AT = "2026-11-21T12:00:00.000Z";

function failed(message: string, type = "unknown"): string {
  const line = { type: "result", timestamp: SAID_AT, status: "error", error: { type, message } };
  return JSON.stringify(line);
}

test("a result without an error is a success, and the last words its summary", () => {
  expect(outcomeOf(capturedStream("gemini-success"), { exitCode: 0 })).toEqual({
    kind: "succeeded",
    summary: "Done: MOCK-FINAL-ANSWER",
  });
});

test.each<readonly [string, FailureClass, RegExp]>([
  ["auth-error", "auth", /^bad key$/],
  ["rate-limited", "rate_limit", /^Too many requests\.$/],
  ["usage-limit", "quota", /current quota/],
  ["daily-limit", "quota", /daily quota/],
  ["provider-error", "provider_error", /^broken$/],
  ["garbage", "provider_error", /Incomplete JSON/],
  ["broken-off", "network", /^terminated$/],
  ["empty-answer", "provider_error", /empty response/],
  ["unknown-model", "model_not_found", /is not found/],
  ["context-overflow", "context_overflow", /exceeds the maximum/],
])("a run that ended with %s failed as %s", (name, failureClass, message) => {
  // Even one that exits with 0 has failed: the stream knows better.
  for (const exitCode of [0, 1, 173]) {
    expect(outcomeOf(capturedStream(`gemini-${name}`), { exitCode })).toEqual({
      kind: "failed",
      end: "failed",
      failure: expect.objectContaining({
        class: failureClass,
        message: expect.stringMatching(message),
      }),
    });
  }
});

test("a limit that tells how long it lasts parks until then", () => {
  expect(outcomeOf(capturedStream("gemini-usage-limit"))).toMatchObject({
    failure: { class: "quota", resetAtMs: Date.parse("2026-11-21T21:18:49.159Z") },
  });
  expect(outcomeOf(capturedStream("gemini-daily-limit"))).not.toHaveProperty("failure.resetAtMs");
});

const ADVICE =
  "\nPlease wait and try again later. To increase your limits, request a quota increase";

test.each([
  ["Please retry in 3600.5s.", 3_600_500],
  ["Please retry in 812.4ms.", 813],
  ["Suggested retry after 60s.", 60_000],
  ["Your quota will reset after 21h55m10s.", ((21 * 60 + 55) * 60 + 10) * 1_000],
  ["Your quota will reset after 5m.", 300_000],
])("%j is a time from when it was said", (words, delayMs) => {
  expect(outcomeOf(failed(`[API Error: Too many. ${words}]${ADVICE}`))).toMatchObject({
    failure: { class: "quota", resetAtMs: Date.parse(SAID_AT) + delayMs },
  });
});

test.each([
  "Please retry in a moment.",
  "retry in 99999999999999999999999s",
  "quota will reset after",
])("%j tells no time", (words) => {
  const outcome = outcomeOf(failed(`[API Error: ${words}]${ADVICE}`));
  expect(outcome).toMatchObject({ kind: "failed" });
  expect(outcome).not.toHaveProperty("failure.resetAtMs");
});

test("a time that comes without the date it was said at is none", () => {
  const error = { message: `[API Error: Please retry in 900s.]${ADVICE}` };
  const outcome = outcomeOf(JSON.stringify({ type: "result", status: "error", error }));
  expect(outcome).toMatchObject({ failure: { class: "rate_limit" } });
  expect(outcome).not.toHaveProperty("failure.resetAtMs");
});

test.each<readonly [string, FailureClass]>([
  ['{"error":{"code":403,"message":"Permission denied","status":"PERMISSION_DENIED"}}', "auth"],
  ['{"error":{"code":400,"message":"API key not valid. Please pass a valid API key."}}', "auth"],
  ['{"error":{"code":400,"message":"no"}}', "unknown"],
  ['{"error":{"code":503,"message":"The model is overloaded."}}', "provider_error"],
  ["The model is overloaded. Please try again later.", "provider_error"],
  ["exception TypeError: fetch failed sending request", "network"],
  ["Quota exceeded for metric: requests, limit: 0, model: gemini-3-pro", "budget"],
  ["Quota exceeded for metric: requests, limit: 0.5", "unknown"],
  ["Your prepayment credits are depleted.", "budget"],
  ["", "unknown"],
  ["{", "unknown"],
])("an API error of %j is of class %s", (text, failureClass) => {
  expect(outcomeOf(failed(`[API Error: ${text}]`))).toMatchObject({
    failure: { class: failureClass, message: expect.stringMatching(/\w|\{/) },
  });
});

test("an answer that went through a proxy has the provider's in it", () => {
  const inner = { error: { code: 429, message: "Resource has been exhausted", status: "X" } };
  const outer = { error: { code: 500, message: JSON.stringify(inner), status: "Error" } };
  expect(outcomeOf(failed(`[API Error: ${JSON.stringify(outer)}]`))).toMatchObject({
    failure: { class: "rate_limit", message: "Resource has been exhausted" },
  });
});

test.each<readonly [string, FailureClass]>([
  ["FatalTurnLimitedError", "budget"],
  ["FatalCancellationError", "cancelled"],
  ["FatalAuthenticationError", "auth"],
  ["constructor", "unknown"],
])("an error of the type %s is of class %s", (type, failureClass) => {
  expect(outcomeOf(failed("It ended.", type))).toMatchObject({ failure: { class: failureClass } });
});

test.each<readonly [string, string, FailureClass]>([
  ["error", "Maximum session turns exceeded", "budget"],
  ["warning", "Loop detected, stopping execution", "unknown"],
])(
  "an %s of %j has failed, though it calls itself a success",
  (severity, message, failureClass) => {
    const said = { type: "message", role: "assistant", content: "Once more.", delta: true };
    const lines = [
      said,
      { type: "error", severity, message },
      { type: "result", status: "success" },
    ];
    const stdout = lines.map((line) => JSON.stringify(line)).join("\n");
    expect(outcomeOf(stdout, { exitCode: 0 })).toMatchObject({
      failure: { class: failureClass, message },
    });
  },
);

test("one that was stopped before it answered has no result", () => {
  const stdout = JSON.stringify({ type: "result", status: "success", stats: {} });
  expect(outcomeOf(stdout, { exitCode: 0 })).toMatchObject({ failure: { class: "empty_output" } });
});

test.each<readonly [Partial<ProcessEnd>, FailureClass, RegExp]>([
  [{ exitCode: 0 }, "empty_output", /without a result/],
  [{ exitCode: 127, stderrTail: "gemini: not found" }, "missing_executable", /not found/],
  [{ exitCode: undefined, signal: "SIGKILL" }, "process_crash", /SIGKILL/],
  [{ exitCode: 143, stderrTail: "Terminated" }, "process_crash", /143/],
  [{ exitCode: 1 }, "process_crash", /exit code 1/],
  [{ exitCode: 41, stderrTail: "Invalid auth method selected.\n" }, "auth", /auth method/],
  [
    {
      exitCode: 41,
      stderrTail:
        "When using Gemini API, you must specify the GEMINI_API_KEY environment variable.\nUpdate your environment and try again!\n",
    },
    "auth",
    /must specify the GEMINI_API_KEY/,
  ],
  [
    { exitCode: 42, stderrTail: "No input provided via stdin. Input can be provided by …\n" },
    "rate_limit",
    /No input provided/,
  ],
  [
    {
      exitCode: 42,
      stderrTail:
        '\u001B[31mError resuming session: Invalid session identifier "x".\n  Use --list-sessions\u001B[0m\n',
    },
    "unknown",
    /: Error resuming session: Invalid session identifier "x"\.$/,
  ],
])("an end of %j without a word in the stream is of class %s", (end, failureClass, message) => {
  expect(outcomeOf("", end)).toMatchObject({
    kind: "failed",
    failure: { class: failureClass, message: expect.stringMatching(message) },
  });
});
