import { expect, test } from "vitest";
import type { AgentEvent } from "../adapter.ts";
import { capturedStream, pushAll } from "../testing/streams.ts";
import { createClaudeParser } from "./parser.ts";

function eventsOf(stdout: string): readonly AgentEvent[] {
  return pushAll(createClaudeParser(), stdout);
}

function lineOf(value: unknown): string {
  return JSON.stringify(value);
}

/** What is used after so many calls of the scripted model. */
function usage(calls: number, outputTokens: number): AgentEvent {
  return {
    kind: "usage",
    usage: {
      inputTokens: 1_200 * calls,
      cacheReadTokens: 800 * calls,
      cacheWriteTokens: 100 * calls,
      outputTokens,
      reasoningTokens: 0,
    },
  };
}

test("a run is told as its session, what was said and done, what it used and its result", () => {
  expect(eventsOf(capturedStream("claude-success"))).toEqual([
    {
      kind: "session",
      sessionId: "86f5612c-4878-4f00-8ad8-b536cc849434",
      model: "claude-sonnet-4-5",
    },
    { kind: "text", text: "Running a command." },
    usage(1, 1),
    {
      kind: "tool_started",
      toolId: "toolu_mock01",
      name: "Bash",
      summary: "echo hello-from-tool && ls",
    },
    {
      kind: "tool_ended",
      toolId: "toolu_mock01",
      isError: false,
      output: "hello-from-tool\nREADME.md",
    },
    { kind: "text", text: "Done: MOCK-FINAL-ANSWER" },
    usage(2, 2),
    usage(2, 68),
    { kind: "cost", costUsd: 0.00945 },
    { kind: "result", isError: false, text: "Done: MOCK-FINAL-ANSWER" },
  ]);
});

test("a line that is no JSON among others is shown and does no harm", () => {
  const notice = '[claude-code:unrecognized_model] {"model":"claude-mock-401"}';
  const shown = eventsOf(capturedStream("claude-auth-error")).filter(
    ({ kind }) => kind === "unrecognised",
  );
  expect(shown).toMatchObject([{ line: expect.stringContaining("[claude-code:") }]);
  expect(eventsOf(notice)).toEqual([{ kind: "unrecognised", line: notice }]);
});

test("a type of line that is not known yet is passed over", () => {
  expect(eventsOf('{"type":"a_kind_of_tomorrow","session_id":"s"}')).toEqual([]);
});

test("line separators inside of a text are a part of it", () => {
  const text = "one\u2028two\u2029three";
  const line = lineOf({
    type: "assistant",
    message: { id: "m", content: [{ type: "text", text }] },
  });
  expect(eventsOf(line)).toEqual([{ kind: "text", text }]);
});

test("a retry of a call is told with its delay", () => {
  expect(eventsOf(capturedStream("claude-rate-limited"))).toContainEqual({
    kind: "retrying",
    attempt: 1,
    delayMs: 1_109,
  });
});

test("a question for permission is told with its id, for the answer", () => {
  const request = { subtype: "can_use_tool", tool_name: "Bash", input: {} };
  expect(eventsOf(lineOf({ type: "control_request", request_id: "r7", request }))).toEqual([
    { kind: "permission_requested", requestId: "r7", tool: "Bash" },
  ]);
});

test("a session that listens is told once, though each turn names it again", () => {
  const sessions = eventsOf(capturedStream("claude-interrupted")).filter(
    ({ kind }) => kind === "session",
  );
  expect(sessions).toHaveLength(1);
});

test("messages that were queued are answered by one result", () => {
  const parser = createClaudeParser();
  const events = pushAll(parser, capturedStream("claude-two-messages-one-result"));
  expect(events.filter(({ kind }) => kind === "result")).toHaveLength(1);
  expect(parser.report()).toMatchObject({ resultText: "Seen both.", failure: undefined });
});

test("what a subagent says is shown, and is no message of the agent", () => {
  const parser = createClaudeParser();
  const message = { id: "m", content: [{ type: "text", text: "I am the subagent." }] };
  const events = pushAll(
    parser,
    lineOf({ type: "assistant", parent_tool_use_id: "toolu_1", message }),
  );
  expect(events).toEqual([{ kind: "text", text: "I am the subagent." }]);
  expect(parser.report().lastMessages).toEqual([]);
});

test("a long answer is kept whole in the report, because others go on with it", () => {
  const parser = createClaudeParser();
  const result = "plan ".repeat(10_000);
  pushAll(parser, lineOf({ type: "result", subtype: "success", is_error: false, result }));
  expect(parser.report().resultText).toBe(result);
});

test.each([
  [{ file_path: "/repo/a.ts", content: "x" }, "/repo/a.ts"],
  [{ command: "cat <<EOF\nmany\nlines\nEOF" }, "cat <<EOF many lines EOF"],
  [{ todos: [1] }, ""],
  [{ subject: "first text" }, "first text"],
])("the tool input %j is summed up in one line", (input, summary) => {
  const content = [{ type: "tool_use", id: "t", name: "Tool", input }];
  expect(eventsOf(lineOf({ type: "assistant", message: { id: "m", content } }))).toEqual([
    { kind: "tool_started", toolId: "t", name: "Tool", summary },
  ]);
});

test("a tool's output in parts is put together", () => {
  const content = [
    {
      type: "tool_result",
      tool_use_id: "t",
      is_error: true,
      content: [{ type: "text", text: "a" }, { type: "image" }, { type: "text", text: "b" }],
    },
  ];
  expect(eventsOf(lineOf({ type: "user", message: { role: "user", content } }))).toEqual([
    { kind: "tool_ended", toolId: "t", isError: true, output: "a\n\nb" },
  ]);
});

test("a message counts as heard when it is told again, and not when it was only said", () => {
  const parser = createClaudeParser();
  const told = { type: "user", message: { role: "user", content: "Stop." }, uuid: "k3f9-m1" };
  parser.push(lineOf(told));
  expect(parser.report().heard).toEqual([]);
  expect(parser.push(lineOf({ ...told, isReplay: true }))).toEqual([]);
  expect(parser.report().heard).toEqual(["k3f9-m1"]);
});

test("a turn is over with its result, until the next one begins", () => {
  const parser = createClaudeParser();
  const isOverAfter = (line: object): boolean => {
    parser.push(lineOf(line));
    return parser.report().isTurnOver;
  };
  const begin = { type: "system", subtype: "init", session_id: "s" };
  const aborted = { type: "result", is_error: true, terminal_reason: "aborted_tools" };
  expect([begin, aborted, begin].map(isOverAfter)).toEqual([false, true, false]);
  // What an interrupted turn came to says nothing about the one that follows.
  expect(parser.report()).toMatchObject({ failure: undefined, resultText: undefined });
});
