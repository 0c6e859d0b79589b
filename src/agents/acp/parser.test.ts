import { expect, test } from "vitest";
import type { FailureClass } from "../../core/failure.ts";
import { NO_USAGE } from "../../core/usage.ts";
import type { AgentEvent, AgentOutcome, EarlierUse, StreamReport } from "../adapter.ts";
import { anAgentConfig } from "../testing/requests.ts";
import { capturedStream, pushAll } from "../testing/streams.ts";
import { createAcpAdapter } from "./acp.ts";
import { createAcpParser } from "./parser.ts";

type Read = { readonly events: readonly AgentEvent[]; readonly report: StreamReport };

function read(stdout: string, earlier?: EarlierUse): Read {
  const parser = createAcpParser(earlier);
  const events = pushAll(parser, stdout);
  return { events, report: parser.report() };
}

const linesOf = (...lines: readonly object[]): string =>
  lines.map((line) => JSON.stringify({ atMs: 1_000, ...line })).join("\n");
const update = (fields: object): object => ({ type: "update", params: { update: fields } });
const said = (text: string, more: object = {}): object =>
  update({ sessionUpdate: "agent_message_chunk", content: { type: "text", text }, ...more });
const AGENT = { type: "agent", canResume: true };
const SESSION = { type: "session", sessionId: "s-1", model: "m" };
const heard = (id: string): object => ({ type: "heard", id });
const END = { type: "turn", result: { stopReason: "end_turn" } };

test("a run of Gemini CLI is told as it went: a tool that asked, what it said, what it used", () => {
  const { events, report } = read(capturedStream("acp-gemini-success"));
  expect(events).toMatchObject([
    { kind: "session", model: "gemini-2.5-pro" },
    { kind: "tool_started", name: "execute", summary: "echo hi > out.txt" },
    { kind: "permission_requested", tool: "echo hi > out.txt" },
    { kind: "tool_ended", isError: false },
    { kind: "text", text: "Done: MOCK-FINAL-ANSWER" },
    { kind: "usage" },
    { kind: "result", isError: false, text: "Done: MOCK-FINAL-ANSWER" },
  ]);
  expect(report).toMatchObject({
    usage: { ...NO_USAGE, inputTokens: 4200, outputTokens: 68 },
    costUsd: undefined,
    resultText: "Done: MOCK-FINAL-ANSWER",
    isTurnOver: true,
  });
});

test.each([
  ["claude", { inputTokens: 2400, cacheReadTokens: 1600, cacheWriteTokens: 200, outputTokens: 68 }],
  // It tells of the last call of its model alone.
  ["opencode", { inputTokens: 1300, cacheReadTokens: 800, cacheWriteTokens: 0, outputTokens: 34 }],
  ["qwen", { inputTokens: 2600, cacheReadTokens: 1600, cacheWriteTokens: 0, outputTokens: 68 }],
  // It tells nothing.
  ["codex", NO_USAGE],
])("what %s tells of its use is told in our shape", (name, usage) => {
  expect(read(capturedStream(`acp-${name}-success`)).report.usage).toEqual({
    ...NO_USAGE,
    ...usage,
  });
});

test("the cost of a session is told as it grows", () => {
  const { events, report } = read(capturedStream("acp-claude-success"));
  expect(events).toContainEqual({ kind: "cost", costUsd: 0.01228 });
  expect(report.costUsd).toBe(0.01228);
});

test("a session that is gone on with costs what its earlier processes have not told", () => {
  const { usage, costUsd = 0 } = read(capturedStream("acp-claude-success")).report;
  const earlier = { sessionId: "s-1", usage, costUsd };
  const whole = { usage: { inputTokens: 2400 }, costUsd: 0.01228 };
  expect(read(capturedStream("acp-claude-resumed"), earlier).report).toMatchObject(whole);
  // One that was killed, and told nothing.
  const untold = { ...earlier, costUsd: 0 };
  const { report } = read(capturedStream("acp-claude-resumed"), untold);
  expect(report.costUsd).toBe(0.02456);
});

test("an interrupted turn says nothing about the one that follows", () => {
  const { events, report } = read(capturedStream("acp-claude-interrupted"));
  const results = events.filter(({ kind }) => kind === "result");
  expect(results).toMatchObject([{ isError: true }, { isError: false, text: "As you like." }]);
  expect(report).toMatchObject({ failure: undefined, resultText: "As you like." });
});

test("messages are heard, and a turn is over until the next one begins", () => {
  const parser = createAcpParser();
  const isOverAfter = (line: object): boolean => {
    parser.push(linesOf(line));
    return parser.report().isTurnOver;
  };
  expect([heard("m-1"), END, heard("m-2"), END].map(isOverAfter)).toEqual([
    false,
    true,
    false,
    true,
  ]);
  expect(parser.report().heard).toEqual(["m-1", "m-2"]);
});

test("pieces of one message are one text, and another message another", () => {
  const chunks = [said("One", { messageId: "a" }), said(" two.", { messageId: "a" })];
  const { events, report } = read(linesOf(AGENT, ...chunks, said("Three."), END));
  expect(events.filter(({ kind }) => kind === "text")).toEqual([
    { kind: "text", text: "One two." },
    { kind: "text", text: "Three." },
  ]);
  expect(report.lastMessages).toEqual(["One two.", "Three."]);
  expect(report.resultText).toBe("Three.");
});

const idOf = (...lines: readonly object[]): string | undefined =>
  read(linesOf(...lines)).report.sessionId;

test("a session is one to go on with when something was done in it and its agent can", () => {
  const tool = { sessionUpdate: "tool_call_update", toolCallId: "t", status: "completed" };
  expect(idOf(AGENT, SESSION, said("I begin"))).toBeUndefined();
  expect(idOf(AGENT, SESSION, update(tool))).toBe("s-1");
  expect(idOf(AGENT, SESSION, said("Done."), END)).toBe("s-1");
  expect(idOf({ ...AGENT, canResume: false }, SESSION, said("Done."), END)).toBeUndefined();
});

test("a tool is shown once, and its output with its end", () => {
  const call = { toolCallId: "t", title: "ls", kind: "execute", rawInput: { command: "ls -a" } };
  const { events } = read(
    linesOf(
      update({ sessionUpdate: "tool_call", status: "pending", ...call }),
      { type: "permission", requestId: "1", toolCall: call, answer: "allowed" },
      update({ sessionUpdate: "tool_call_update", status: "in_progress", ...call }),
      update({
        sessionUpdate: "tool_call_update",
        toolCallId: "t",
        status: "failed",
        content: [{ type: "content", content: { type: "text", text: "no such file" } }],
      }),
    ),
  );
  expect(events).toEqual([
    { kind: "tool_started", toolId: "t", name: "execute", summary: "ls -a" },
    { kind: "permission_requested", requestId: "1", tool: "ls" },
    { kind: "tool_ended", toolId: "t", isError: true, output: "no such file" },
  ]);
});

function outcomeOf(stdout: string, exitCode = 1): AgentOutcome {
  const adapter = createAcpAdapter(anAgentConfig(), { acpBridge: ["bridge"] });
  return adapter.classifyEnd({ exitCode, signal: undefined, stderrTail: "" }, read(stdout).report);
}

test.each<readonly [string, FailureClass, RegExp]>([
  ["gemini-auth-error", "auth", /^bad key$/],
  ["claude-auth-error", "auth", /Authentication required/],
  ["codex-auth-error", "auth", /401 Unauthorized/],
  ["qwen-auth-error", "auth", /401 bad key/],
  ["gemini-broken-off", "network", /terminated/],
  ["gemini-garbage", "provider_error", /Incomplete JSON/],
  ["gemini-usage-limit", "quota", /exceeded your current quota/],
])("a run that ended with %s failed as %s", (name, failureClass, message) => {
  expect(outcomeOf(capturedStream(`acp-${name}`))).toMatchObject({
    kind: "failed",
    failure: { class: failureClass, message: expect.stringMatching(message) },
  });
});

test.each([
  ["gemini", 1_795_301_105_784 + 7_200_000],
  ["qwen", Date.parse("2026-11-22T00:54:58Z")],
])("a limit whose end %s tells lasts until then", (name, resetAtMs) => {
  const { events, report } = read(capturedStream(`acp-${name}-usage-limit`));
  expect(report.failure).toMatchObject({ class: "quota", resetAtMs });
  expect(events).toContainEqual({ kind: "rate_limited", resetAtMs });
});

const failed = (step: string, error: object): string => linesOf({ type: "failed", step, error });

test.each<readonly [string, object, FailureClass]>([
  ["initialize", { reason: "not_started", message: "could not be started" }, "missing_executable"],
  [
    "initialize",
    { reason: "other_version", message: "It speaks version 2." },
    "missing_executable",
  ],
  ["initialize", { reason: "silent", message: "It has not answered." }, "timeout"],
  ["prompt", { reason: "ended", message: "was ended by SIGSEGV" }, "process_crash"],
  ["session", { reason: "not_resumable", message: "It cannot go on." }, "unknown"],
  ["session", { code: -32000, message: "Authentication required" }, "auth"],
  ["session", { code: -32603, message: "Internal error", data: { details: "no" } }, "unknown"],
  ["session", { code: -32002, message: "Resource not found" }, "unknown"],
  ["model", { code: -32602, message: "Invalid params" }, "model_not_found"],
  ["model", { reason: "no_choice", message: "It lets nobody choose." }, "model_not_found"],
  ["prompt", { code: 429, message: "Too many requests." }, "rate_limit"],
  [
    "prompt",
    { code: -32603, message: "Internal error", data: "API Error: 529 Overloaded" },
    "provider_error",
  ],
  ["prompt", { code: -32603, message: "Internal error" }, "provider_error"],
  // OpenCode tells no status, and no more than its provider said.
  ["prompt", { code: -32603, message: "Internal error: Incorrect API key provided: sk-x" }, "auth"],
  ["prompt", { code: -32603, message: "You have hit your session limit" }, "quota"],
  ["prompt", { code: -32603, message: "prompt is too long" }, "context_overflow"],
  ["prompt", { code: -32603, message: "fetch failed" }, "network"],
  ["prompt", { code: 1, message: "a sentence of tomorrow" }, "unknown"],
])("a failure at the step %s with %j is of class %s", (step, error, failureClass) => {
  expect(outcomeOf(failed(step, error))).toMatchObject({ failure: { class: failureClass } });
});

test.each<readonly [string, FailureClass]>([
  ["cancelled", "cancelled"],
  ["max_tokens", "context_overflow"],
  ["max_turn_requests", "budget"],
  ["refusal", "unknown"],
])("a turn that stopped by %s is of class %s", (stopReason, failureClass) => {
  const turn = { type: "turn", result: { stopReason } };
  expect(outcomeOf(linesOf(said("I"), turn), 0)).toMatchObject({
    failure: { class: failureClass },
  });
});

test("a turn that ended as done, and in which nothing came, is an empty output", () => {
  expect(outcomeOf(linesOf(AGENT, SESSION, END), 0)).toMatchObject({
    failure: { class: "empty_output" },
  });
});
