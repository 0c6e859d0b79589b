import { expect, test } from "vitest";
import type { StreamReport } from "../adapter.ts";
import { capturedStream, pushAll } from "../testing/streams.ts";
import { createQwenParser } from "./parser.ts";

const SUCCESS = capturedStream("qwen-success");
const SESSION = "608c918b-4f3f-4b5e-9ad8-619c6d4a5115";

function reportOf(stdout: string): StreamReport {
  const parser = createQwenParser();
  pushAll(parser, stdout);
  return parser.report();
}

function said(text: string, fields: object = {}): string {
  const message = { content: [{ type: "text", text }] };
  return `${JSON.stringify({ type: "assistant", parent_tool_use_id: null, message, ...fields })}\n`;
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

test("the captured stream is told in events", () => {
  const once = { ...reportOf(SUCCESS).usage, inputTokens: 400, cacheReadTokens: 800 };
  expect(pushAll(createQwenParser(), SUCCESS)).toEqual([
    { kind: "session", sessionId: SESSION, model: "mock-model" },
    { kind: "text", text: "Running a command." },
    {
      kind: "tool_started",
      toolId: "call_mock01",
      name: "run_shell_command",
      summary: "echo hello-from-tool && ls",
    },
    { kind: "usage", usage: { ...once, outputTokens: 34 } },
    {
      kind: "tool_ended",
      toolId: "call_mock01",
      isError: false,
      output: "hello-from-tool\nREADME.md",
    },
    { kind: "text", text: "Done: MOCK-FINAL-ANSWER" },
    { kind: "usage", usage: reportOf(SUCCESS).usage },
    { kind: "result", isError: false, text: "Done: MOCK-FINAL-ANSWER" },
  ]);
});

test("the total of a resumed session is not taken for what this process used", () => {
  const resumed = capturedStream("qwen-resumed");
  expect(resumed).toContain('"input_tokens":6300');
  expect(reportOf(resumed).usage).toMatchObject({
    inputTokens: 2_600,
    cacheReadTokens: 1_600,
    outputTokens: 68,
  });
  expect(reportOf(resumed).sessionId).toBe(reportOf(capturedStream("qwen-first")).sessionId);
});

test("an attempt that fails has used what was told until then", () => {
  expect(reportOf(capturedStream("qwen-first")).usage).toMatchObject({
    inputTokens: 1_300,
    cacheReadTokens: 800,
    outputTokens: 34,
  });
});

test("an error that is told as if the model had said it is no message", () => {
  expect(reportOf(capturedStream("qwen-auth-error"))).toMatchObject({
    lastMessages: [],
    hasOutput: false,
    failure: { class: "auth", message: "401 bad key" },
  });
});

test("an answer about errors is an answer", () => {
  const answer = "[API Error: 401] is what it says now.";
  const result = { type: "result", subtype: "success", is_error: false, result: answer };
  expect(reportOf(said(answer) + JSON.stringify(result))).toMatchObject({
    failure: undefined,
    resultText: answer,
  });
});

test("an error that the session got over is forgotten", () => {
  expect(reportOf(said("[API Error: 500 broken]")).failure).toMatchObject({
    class: "provider_error",
  });
  expect(reportOf(said("[API Error: 500 broken]") + said("Again.")).failure).toBeUndefined();
});

test("what a subagent says is no message of the agent, and counts", () => {
  const usage = { input_tokens: 10, output_tokens: 2 };
  const message = { content: [{ type: "text", text: "I looked." }], usage };
  const report = reportOf(said("", { parent_tool_use_id: "call_1", message }));
  expect(report.lastMessages).toEqual([]);
  expect(report.usage).toMatchObject({ inputTokens: 10, outputTokens: 2 });
});

test("a wait for the provider is told", () => {
  const data = { reason: "retry", attempt: 1, maxRetries: 10, delayMs: 60_000 };
  const line = JSON.stringify({ type: "system", subtype: "retry", data });
  expect(createQwenParser().push(line)).toEqual([
    { kind: "retrying", attempt: 1, delayMs: 60_000 },
  ]);
});
