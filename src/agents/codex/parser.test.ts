import { expect, test } from "vitest";
import type { AgentEvent, EarlierUse, StreamReport } from "../adapter.ts";
import { capturedStream, pushAll } from "../testing/streams.ts";
import { createCodexParser } from "./parser.ts";

const THREAD = "01a1fe60-ab76-75a3-8fde-2f0d073fe4b7";

/** One call of the captured resumed thread. */
const CALL = {
  inputTokens: 1_200,
  cacheReadTokens: 800,
  cacheWriteTokens: 100,
  outputTokens: 34,
  reasoningTokens: 0,
};
const TWO_CALLS = {
  inputTokens: 2_400,
  cacheReadTokens: 1_600,
  cacheWriteTokens: 200,
  outputTokens: 68,
  reasoningTokens: 0,
};

function reportOf(stdout: string, earlier?: EarlierUse): StreamReport {
  const parser = createCodexParser("UTC", earlier);
  pushAll(parser, stdout);
  return parser.report();
}

function eventsOf(...lines: readonly unknown[]): readonly AgentEvent[] {
  const stdout = lines.map((line) => JSON.stringify(line)).join("\n");
  return pushAll(createCodexParser("UTC"), stdout);
}

test("the captured stream is accounted for to the token", () => {
  expect(reportOf(capturedStream("codex-success"))).toMatchObject({
    sessionId: "01a1fc58-0518-78d3-85ad-bf0c4df81f91",
    usage: {
      inputTokens: 800,
      cacheReadTokens: 1_600,
      cacheWriteTokens: 0,
      outputTokens: 58,
      reasoningTokens: 10,
    },
    costUsd: undefined,
    failure: undefined,
    resultText: "Done: MOCK-FINAL-ANSWER",
    lastMessages: ["Done: MOCK-FINAL-ANSWER"],
    hasOutput: true,
    heard: [],
    isTurnOver: true,
  });
});

test("the captured stream is a session, a tool, a text, what was used, and a result", () => {
  const events = pushAll(createCodexParser("UTC"), capturedStream("codex-success"));
  expect(events.map(({ kind }) => kind)).toEqual([
    "session",
    "tool_started",
    "tool_ended",
    "text",
    "usage",
    "result",
  ]);
  expect(events).toContainEqual({
    kind: "tool_started",
    toolId: "item_1",
    name: "command_execution",
    summary: "/bin/bash -lc 'echo hello-from-tool && ls'",
  });
});

test("input includes what was cached, and is told apart", () => {
  expect(reportOf(capturedStream("codex-first")).usage).toEqual(TWO_CALLS);
});

test("a resumed thread's total includes what earlier processes used, which is taken off", () => {
  const earlier = { sessionId: THREAD, usage: TWO_CALLS, costUsd: 0 };
  expect(reportOf(capturedStream("codex-resumed"), earlier).usage).toEqual(CALL);
});

test("what a killed process could not tell is told by the one that resumes its thread", () => {
  const earlier = { sessionId: THREAD, usage: { ...CALL, inputTokens: 0 }, costUsd: 0 };
  expect(reportOf(capturedStream("codex-resumed"), earlier).usage).toEqual({
    ...TWO_CALLS,
    inputTokens: 3_600,
  });
});

test("a thread that was begun anew has no earlier use", () => {
  const earlier = {
    sessionId: "01a1fe60-0000-7000-8000-000000000000",
    usage: TWO_CALLS,
    costUsd: 0,
  };
  expect(reportOf(capturedStream("codex-first"), earlier).usage).toEqual(TWO_CALLS);
});

test("totals that are less than what was used before are no negative use", () => {
  const usage = { ...TWO_CALLS, inputTokens: 1e9, outputTokens: 1e9 };
  const earlier = { sessionId: THREAD, usage, costUsd: 0 };
  expect(reportOf(capturedStream("codex-resumed"), earlier).usage).toMatchObject({
    inputTokens: 0,
    outputTokens: 0,
  });
});

test("over the app server it is told what was heard, and that an interrupted turn was not the last", () => {
  const lines = capturedStream("codex-app-server-steered").trimEnd().split("\n");
  const interrupted = lines.findIndex((line) => line.includes("turn.failed"));
  const heard = ["k3f9-1", "k3f9-m1"];
  const atInterrupt = reportOf(lines.slice(0, interrupted + 1).join("\n"));
  expect(atInterrupt).toMatchObject({ heard, isTurnOver: true, usage: CALL });
  expect(atInterrupt.failure).toBeDefined();
  const begunAgain = reportOf(lines.slice(0, interrupted + 2).join("\n"));
  expect(begunAgain).toMatchObject({ isTurnOver: false, failure: undefined });
  expect(reportOf(lines.join("\n"))).toMatchObject({
    heard: [...heard, "k3f9-m2"],
    isTurnOver: true,
    failure: undefined,
    resultText: "Done.",
    usage: TWO_CALLS,
    strangeLine: undefined,
  });
});

test("a warning is no failure, and nothing that the agent said", () => {
  const [, warning = ""] = capturedStream("codex-success").split("\n");
  expect(reportOf(warning)).toMatchObject({ failure: undefined, hasOutput: false });
});

test("a reconnection is a retry, and no failure", () => {
  const parser = createCodexParser("UTC");
  const message = "Reconnecting... 2/5 (stream disconnected before completion: no address)";
  const forever = "Reconnecting... waiting for network (Connection failed: error sending request)";
  const lines = [message, forever].map((text) => JSON.stringify({ type: "error", message: text }));
  expect(lines.flatMap((line) => parser.push(line))).toEqual([
    { kind: "retrying", attempt: 2, delayMs: 0 },
    { kind: "retrying", attempt: 0, delayMs: 0 },
  ]);
  expect(parser.report().failure).toBeUndefined();
});

test("an error that the turn got over is forgotten", () => {
  const error = JSON.stringify({ type: "error", message: "unexpected status 500" });
  const [thread = "", ...rest] = capturedStream("codex-first").split("\n");
  expect(reportOf([thread, error, ...rest].join("\n")).failure).toBeUndefined();
  expect(reportOf([thread, error].join("\n")).failure).toMatchObject({ class: "provider_error" });
});

test("a command that failed is a tool that failed", () => {
  const item = { id: "i", type: "command_execution", command: "exit 3", status: "failed" };
  expect(eventsOf({ type: "item.completed", item })).toEqual([
    { kind: "tool_started", toolId: "i", name: "command_execution", summary: "exit 3" },
    { kind: "tool_ended", toolId: "i", isError: true, output: "" },
  ]);
});

test("a file change and a search are shown with what they are about", () => {
  const changes = [
    { path: "src/a.ts", kind: "update" },
    { path: "b.ts", kind: "add" },
  ];
  const change = { id: "1", type: "file_change", changes, status: "completed" };
  const found = { id: "2", type: "web_search", query: "how to" };
  const events = eventsOf(
    { type: "item.completed", item: change },
    { type: "item.completed", item: found },
  );
  expect(events).toMatchObject([
    { kind: "tool_started", summary: "src/a.ts, b.ts" },
    { kind: "tool_ended", isError: false },
    { kind: "tool_started", name: "web_search", summary: "how to" },
    { kind: "tool_ended", isError: false },
  ]);
});

test("a tool of an MCP server is called by its name, with what it was asked and answered", () => {
  const call = {
    id: "1",
    type: "mcp_tool_call",
    server: "s",
    tool: "look",
    arguments: { path: "a" },
  };
  const result = { content: [{ type: "text", text: "seen" }] };
  expect(
    eventsOf(
      { type: "item.started", item: call },
      { type: "item.completed", item: { ...call, result, status: "completed" } },
    ),
  ).toEqual([
    { kind: "tool_started", toolId: "1", name: "look", summary: "a" },
    { kind: "tool_ended", toolId: "1", isError: false, output: "seen" },
  ]);
});

test("reasoning is a thought, and no message", () => {
  const item = { id: "1", type: "reasoning", text: "I consider." };
  expect(eventsOf({ type: "item.completed", item })).toEqual([
    { kind: "thinking", text: "I consider." },
  ]);
});

const search = (type: string, index: number): string =>
  JSON.stringify({ type, item: { id: `i${index}`, type: "web_search" } });

test("tools that never end do not fill the memory", () => {
  const parser = createCodexParser("UTC");
  for (let index = 0; index < 1_000; index += 1) parser.push(search("item.started", index));
  expect(parser.push(search("item.completed", 999))).toHaveLength(1);
  // Of the oldest it is not remembered that it was shown.
  expect(parser.push(search("item.completed", 0))).toHaveLength(2);
});
