import { expect, test } from "vitest";
import { NO_USAGE } from "../../core/usage.ts";
import type { AgentEvent, StreamReport } from "../adapter.ts";
import { capturedStream, pushAll } from "../testing/streams.ts";
import { createCopilotParser } from "./parser.ts";

function read(stdout: string): {
  readonly report: StreamReport;
  readonly events: readonly AgentEvent[];
} {
  const parser = createCopilotParser();
  const events = pushAll(parser, stdout);
  return { report: parser.report(), events };
}

function line(type: string, data: object, more: object = {}): string {
  return JSON.stringify({ type, data, ...more });
}

const ANSWERED = `${line("assistant.message", { content: "Done." })}\n${JSON.stringify({ type: "result", sessionId: "s", exitCode: 0 })}`;

test("the captured stream tells its session and its answer, and no tokens", () => {
  expect(read(capturedStream("copilot-success")).report).toMatchObject({
    sessionId: expect.stringMatching(/^[\da-f-]{36}$/),
    usage: NO_USAGE,
    costUsd: undefined,
    failure: undefined,
    resultText: "Done: MOCK-FINAL-ANSWER",
    lastMessages: ["Running a command.", "Done: MOCK-FINAL-ANSWER"],
    hasOutput: true,
    heard: [],
    isTurnOver: false,
  });
});

test("the captured stream is told in events, each tool in two", () => {
  const { events } = read(capturedStream("copilot-success"));
  expect(events.map(({ kind }) => kind)).toEqual([
    "text",
    "tool_started",
    "tool_ended",
    "text",
    "session",
    "result",
  ]);
  expect(events).toContainEqual({
    kind: "tool_started",
    toolId: "call_msg_ok_0",
    name: "bash",
    summary: "echo hello-from-tool && ls",
  });
  expect(events).toContainEqual({
    kind: "tool_ended",
    toolId: "call_msg_ok_0",
    isError: false,
    output: expect.stringMatching(/^hello-from-tool\nREADME\.md\n/),
  });
});

test("what a subagent says is shown as its tools alone, and is never the answer", () => {
  const { report, events } = read(capturedStream("copilot-subagent"));
  expect(report.resultText).toBe("main done");
  expect(report.lastMessages).toEqual(["main done"]);
  expect(events.map(({ kind }) => kind)).toEqual([
    "tool_started",
    "tool_ended",
    "text",
    "session",
    "result",
  ]);
});

test("a subagent that fails does not fail the session", () => {
  const error = { errorType: "query", message: "500 broken", statusCode: 500 };
  const failed = line("session.error", error, { agentId: "sub-1" });
  expect(read(`${failed}\n${ANSWERED}`)).toMatchObject({
    report: { failure: undefined, resultText: "Done." },
  });
});

test("each time that the model is asked again is told, and counted until it answers", () => {
  const { events } = read(capturedStream("copilot-auth-error"));
  expect(events.map(({ kind }) => kind)).toEqual([
    "retrying",
    "retrying",
    "error",
    "session",
    "result",
  ]);
  expect(events.slice(0, 2)).toEqual([
    { kind: "retrying", attempt: 1, delayMs: 0 },
    { kind: "retrying", attempt: 2, delayMs: 0 },
  ]);
  const retry = line("assistant.turn_retry", { turnId: "1", reason: "api_error" });
  expect(read(`${retry}\n${ANSWERED}\n${retry}`).events.at(-1)).toMatchObject({ attempt: 1 });
});

test("an error that the session got over is forgotten", () => {
  const error = line("session.error", { errorType: "query", message: "500 broken" });
  expect(read(`${error}\n${ANSWERED}`).report).toMatchObject({
    failure: undefined,
    resultText: "Done.",
  });
});

test("a session that was broken off has no result, although it says that it ended with 0", () => {
  const { report, events } = read(capturedStream("copilot-interrupted"));
  expect(report).toMatchObject({ resultText: undefined, failure: { class: "process_crash" } });
  expect(events.filter(({ kind }) => kind === "error")).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ kind: "result", isError: true });
});

test("one that is only told to be idle because it was broken off is no result either", () => {
  const idle = line("assistant.idle", { aborted: true });
  const [said = "", result = ""] = ANSWERED.split("\n");
  expect(read(`${said}\n${idle}\n${result}`).report.failure?.class).toBe("process_crash");
});

test("a session that reached its limit of credits asks for a person", () => {
  const { report } = read(line("abort", { reason: "autopilot_credit_limit" }));
  expect(report.failure?.class).toBe("budget");
});

test("a command that fails is an error of its tool, as is a tool that is not there", () => {
  const ran = { toolCallId: "c1", success: true, shellExecution: { exitCode: 3 }, result: {} };
  const missing = { toolCallId: "c2", success: false, error: { message: "It does not exist." } };
  expect(
    read(`${line("tool.execution_complete", ran)}\n${line("tool.execution_complete", missing)}`)
      .events,
  ).toEqual([
    { kind: "tool_ended", toolId: "c1", isError: true, output: "" },
    { kind: "tool_ended", toolId: "c2", isError: true, output: "It does not exist." },
  ]);
});

test("thoughts are told apart from words", () => {
  const { report, events } = read(line("assistant.reasoning", { content: "Hm." }));
  expect(events).toEqual([{ kind: "thinking", text: "Hm." }]);
  expect(report.lastMessages).toEqual([]);
});

test("a usage limit is told as such", () => {
  const error = { errorType: "rate_limit", message: "You've reached your weekly rate limit." };
  expect(read(line("session.error", error)).events[0]).toEqual({
    kind: "rate_limited",
    resetAtMs: undefined,
  });
});
