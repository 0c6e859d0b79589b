import { expect, test } from "vitest";
import type { AgentEvent, StreamReport } from "../adapter.ts";
import { capturedStream, pushAll } from "../testing/streams.ts";
import { createGeminiParser } from "./parser.ts";

const SUCCESS = capturedStream("gemini-success");
const SESSION = "4e661516-5294-4f63-989a-620d8bade304";

function reportOf(stdout: string): StreamReport {
  const parser = createGeminiParser();
  pushAll(parser, stdout);
  return parser.report();
}

function eventsOf(...lines: readonly object[]): readonly AgentEvent[] {
  return pushAll(createGeminiParser(), linesOf(...lines));
}

function linesOf(...lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

function whole(content: string): object {
  return { type: "message", role: "assistant", content };
}

function said(content: string): object {
  return { ...whole(content), delta: true };
}

test("the captured stream is accounted for to the token, cached ones outside of the input", () => {
  expect(reportOf(SUCCESS)).toMatchObject({
    sessionId: SESSION,
    usage: {
      inputTokens: 800,
      cacheReadTokens: 1_600,
      cacheWriteTokens: 0,
      outputTokens: 68,
      reasoningTokens: 0,
    },
    costUsd: undefined,
    failure: undefined,
    resultText: "Done: MOCK-FINAL-ANSWER",
    lastMessages: ["Running a command.", "Done: MOCK-FINAL-ANSWER"],
    hasOutput: true,
    heard: [],
    isTurnOver: false,
  });
});

test("the captured stream is told in events, without the prompt that comes back", () => {
  const toolId = "run_shell_command__run_shell_command_1795235210516_0";
  expect(pushAll(createGeminiParser(), SUCCESS)).toEqual([
    { kind: "session", sessionId: SESSION, model: "gemini-2.5-pro" },
    { kind: "text", text: "Running a command." },
    {
      kind: "tool_started",
      toolId,
      name: "run_shell_command",
      summary: "echo hello-from-tool && ls",
    },
    { kind: "tool_ended", toolId, isError: false, output: "hello-from-tool\nREADME.md" },
    { kind: "text", text: "Done: MOCK-FINAL-ANSWER" },
    { kind: "usage", usage: reportOf(SUCCESS).usage },
    { kind: "result", isError: false, text: "Done: MOCK-FINAL-ANSWER" },
  ]);
});

test("thoughts are in the total alone", () => {
  const stats = { total_tokens: 1_600, input_tokens: 1_500, output_tokens: 40, cached: 500 };
  expect(reportOf(linesOf({ type: "result", status: "success", stats })).usage).toEqual({
    inputTokens: 1_000,
    cacheReadTokens: 500,
    cacheWriteTokens: 0,
    outputTokens: 40,
    reasoningTokens: 60,
  });
});

test("a resumed session counts what this process used, and no more", () => {
  const first = reportOf(capturedStream("gemini-first"));
  const resumed = reportOf(capturedStream("gemini-resumed"));
  expect(resumed.sessionId).toBe(first.sessionId);
  expect(first.usage).toMatchObject({ inputTokens: 1_300, cacheReadTokens: 800, outputTokens: 34 });
  expect(resumed.usage).toMatchObject({ inputTokens: 2_600, outputTokens: 68 });
});

test("a message that comes in pieces is one", () => {
  const pieces = ["I will ", "fix", " it."].map((piece) => said(piece));
  const tool = { type: "tool_use", tool_name: "glob", tool_id: "t1", parameters: { pattern: "*" } };
  expect(eventsOf(...pieces, tool)).toEqual([
    { kind: "text", text: "I will fix it." },
    { kind: "tool_started", toolId: "t1", name: "glob", summary: "*" },
  ]);
  expect(reportOf(linesOf(...pieces, tool, said("Done.")))).toMatchObject({
    lastMessages: ["I will fix it.", "Done."],
  });
});

test("what was said before it was killed is kept, as far as it came", () => {
  expect(reportOf(linesOf(said("I beg"), said("in to")))).toMatchObject({
    lastMessages: ["I begin to"],
    resultText: undefined,
    hasOutput: true,
    heard: [],
    isTurnOver: false,
  });
});

test("whole messages are told apart", () => {
  expect(reportOf(linesOf(whole("One."), whole("Two."))).lastMessages).toEqual(["One.", "Two."]);
});

test("the answer is what was said after the last tool", () => {
  const tool = { type: "tool_use", tool_name: "glob", tool_id: "t1" };
  const end = { type: "result", status: "success" };
  expect(reportOf(linesOf(said("First."), tool, said("Last."), end)).resultText).toBe("Last.");
  expect(reportOf(linesOf(said("First."), tool, end)).resultText).toBeUndefined();
});

test("a session whose first call of the model failed is none to go on with", () => {
  expect(reportOf(capturedStream("gemini-auth-error")).sessionId).toBeUndefined();
  expect(reportOf(capturedStream("gemini-broken-off")).sessionId).toBeUndefined();
  expect(reportOf(capturedStream("gemini-first")).sessionId).toBeDefined();
});

test("a tool that failed tells its error", () => {
  const error = { type: "tool_not_registered", message: 'Tool "nothing" not found.' };
  expect(eventsOf({ type: "tool_result", tool_id: "t1", status: "error", error })).toEqual([
    { kind: "tool_ended", toolId: "t1", isError: true, output: 'Tool "nothing" not found.' },
  ]);
});

test("an error that the session got over is forgotten", () => {
  const error = {
    type: "error",
    severity: "error",
    message: "The model returned an empty response",
  };
  expect(reportOf(linesOf(error) + SUCCESS).failure).toBeUndefined();
});

test("a warning is no failure", () => {
  const warning = {
    type: "error",
    severity: "warning",
    message: "Agent execution blocked: a hook",
  };
  expect(eventsOf(warning)).toEqual([]);
});
