import { expect, test } from "vitest";
import type { FailureClass } from "../../core/failure.ts";
import type { AgentOutcome, ProcessEnd } from "../adapter.ts";
import { capturedStream, pushAll } from "../testing/streams.ts";
import { classifyEnd } from "./classify-end.ts";
import { createQwenParser } from "./parser.ts";

function outcomeOf(stdout: string, end: Partial<ProcessEnd> = {}): AgentOutcome {
  const parser = createQwenParser();
  pushAll(parser, stdout);
  const all = { exitCode: 1, signal: undefined, stderrTail: "", ...end };
  return classifyEnd(all, parser.report());
}

function failed(message: string): string {
  const error = { message };
  return JSON.stringify({ type: "result", subtype: "error_during_execution", error });
}

test("a result without an error is a success, and its text the summary", () => {
  expect(outcomeOf(capturedStream("qwen-success"), { exitCode: 0 })).toEqual({
    kind: "succeeded",
    summary: "Done: MOCK-FINAL-ANSWER",
  });
});

test.each<readonly [string, FailureClass, RegExp]>([
  ["auth-error", "auth", /^401 bad key$/],
  ["no-auth", "auth", /No auth type is selected/],
  ["rate-limited", "rate_limit", /^429 Too many requests\.$/],
  ["usage-limit", "quota", /quota will reset/],
  ["provider-error", "provider_error", /^500 broken$/],
  ["garbage", "provider_error", /without a finish reason/],
  ["broken-off", "network", /^terminated/],
])("a run that ended with %s failed as %s", (name, failureClass, message) => {
  // Even one that exits with 0 has failed: the stream knows better.
  for (const exitCode of [0, 1]) {
    expect(outcomeOf(capturedStream(`qwen-${name}`), { exitCode })).toEqual({
      kind: "failed",
      end: "failed",
      failure: expect.objectContaining({
        class: failureClass,
        message: expect.stringMatching(message),
      }),
    });
  }
});

test("a limit that tells when it ends parks until then", () => {
  expect(outcomeOf(capturedStream("qwen-usage-limit"))).toMatchObject({
    failure: { class: "quota", resetAtMs: Date.parse("2026-11-22T08:00:00Z") },
  });
});

test.each([
  ["2026-11-22T08:00:00.000Z", "2026-11-22T08:00:00Z"],
  ["2026-11-22 08:00 GMT", "2026-11-22T08:00:00Z"],
  ["2026-11-22 16:00:00 +08:00", "2026-11-22T08:00:00Z"],
])("a quota that will reset at %s tells when", (told, resetAt) => {
  expect(outcomeOf(failed(`Quota exhausted: It will reset at ${told}.`))).toMatchObject({
    failure: { class: "quota", resetAtMs: Date.parse(resetAt) },
  });
});

test.each(["2026-11-22 08:00:00", "08:00 UTC", "2026-99-99 08:00:00 UTC"])(
  "a quota that will reset at %s tells no time that is certain",
  (told) => {
    const outcome = outcomeOf(failed(`Quota exhausted: It will reset at ${told}.`));
    expect(outcome).toMatchObject({ failure: { class: "quota" } });
    expect(outcome).not.toHaveProperty("failure.resetAtMs");
  },
);

test.each<readonly [string, FailureClass]>([
  ["[API Error: 403 no]", "auth"],
  ["[API Error: 404 The model `x` does not exist]", "model_not_found"],
  ["[API Error: 400 Range of input length should be [1, 1000000]]", "context_overflow"],
  ["[API Error: 429 You exceeded your current quota, please check your plan]", "budget"],
  ["[API Error: 400 Access denied, make sure your account is in good standing.]", "budget"],
  ["[API Error: 503 busy]", "provider_error"],
  ["[API Error: Connection error. (cause: fetch failed)]", "network"],
  ["[API Error: 400 no]", "unknown"],
  ["", "unknown"],
])("the failure %j is of class %s", (text, failureClass) => {
  expect(outcomeOf(failed(text))).toMatchObject({
    failure: { class: failureClass, message: expect.stringMatching(/\w/) },
  });
});

test("a limit of turns is told by its exit code alone", () => {
  const end = { exitCode: 53, stderrTail: "Reached max session turns for this session.\n" };
  expect(outcomeOf(capturedStream("qwen-max-turns"), end)).toMatchObject({
    failure: { class: "budget", message: expect.stringMatching(/max session turns/) },
  });
});

test.each<readonly [Partial<ProcessEnd>, FailureClass, RegExp]>([
  [{ exitCode: 0 }, "empty_output", /without a result/],
  [{ exitCode: 127, stderrTail: "qwen: not found" }, "missing_executable", /not found/],
  [{ exitCode: undefined, signal: "SIGKILL" }, "process_crash", /SIGKILL/],
  [{ exitCode: 143, stderrTail: "Terminated" }, "process_crash", /143/],
  [{ exitCode: 1 }, "process_crash", /exit code 1/],
  [{ exitCode: 55, stderrTail: "Run aborted: tool-call budget of 0 exceeded" }, "budget", /budget/],
  [{ stderrTail: "No saved session found with ID 3aaa." }, "unknown", /No saved session/],
])("an end of %j without a word in the stream is of class %s", (end, failureClass, message) => {
  expect(outcomeOf("", end)).toMatchObject({
    kind: "failed",
    failure: { class: failureClass, message: expect.stringMatching(message) },
  });
});
