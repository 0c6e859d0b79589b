import { expect, test } from "vitest";
import type { FailureClass } from "../../core/failure.ts";
import type { AgentAdapter, AgentOutcome, ProcessEnd, StreamReport } from "../adapter.ts";
import { agentConformance } from "../conformance.ts";
import { aLaunchRequest, anAgentConfig } from "../testing/requests.ts";
import { capturedStream, pushAll } from "../testing/streams.ts";
import { createOpencodeAdapter } from "./opencode.ts";

function opencode(command: readonly string[] = [], model?: string): AgentAdapter {
  return createOpencodeAdapter(anAgentConfig({ adapter: "opencode", command, model }));
}

const SUCCESS = capturedStream("opencode-success");

agentConformance({
  name: "opencode",
  create: opencode,
  successful: SUCCESS.replaceAll("Running a command.", "Führe aus: 😀\\u2028"),
  failing: {
    stdout: capturedStream("opencode-auth-error"),
    end: { exitCode: 1, signal: undefined, stderrTail: "" },
  },
});

function reportOf(stdout: string): StreamReport {
  const parser = opencode().createParser();
  pushAll(parser, stdout);
  return parser.report();
}

function outcomeOf(stdout: string, end: Partial<ProcessEnd> = {}): AgentOutcome {
  const all = { exitCode: 1, signal: undefined, stderrTail: "", ...end };
  return opencode().classifyEnd(all, reportOf(stdout));
}

function failed(name: string, data: object): string {
  return JSON.stringify({ type: "error", sessionID: "ses_1", error: { name, data } });
}

test("the prompt goes by standard input, and the folder by its name", () => {
  const request = aLaunchRequest({ prompt: "--help", promptFile: "/attempts/a-1/prompt.md" });
  const { command, stdinFile, env } = opencode([], "anthropic/claude-sonnet-4-5").launch(request);
  expect(stdinFile).toBe("/attempts/a-1/prompt.md");
  expect(command.join(" ")).toBe(
    "opencode run --format json --auto --dir /worktrees/k3f9 --model anthropic/claude-sonnet-4-5",
  );
  expect(env).toEqual({ OPENCODE_DISABLE_AUTOUPDATE: "1" });
});

test("a session is resumed by its id", () => {
  const { command } = opencode(["npx", "opencode"]).launch(
    aLaunchRequest({ resumeSessionId: "ses_1" }),
  );
  expect(command.slice(0, 3)).toEqual(["npx", "opencode", "run"]);
  expect(command.slice(-2)).toEqual(["--session", "ses_1"]);
});

test("no option is used that this version does not know any more", () => {
  const { command } = opencode().launch(aLaunchRequest());
  expect(command).not.toContain("--dangerously-skip-permissions");
});

test("only a bare version is OpenCode's answer", () => {
  const readVersion = opencode().probe?.readVersion;
  expect(readVersion?.("1.18.33\n")).toBe("1.18.33");
  expect(readVersion?.("opencode says hello 1.2.3\n")).toBeUndefined();
});

test("the captured stream is accounted for to the token, cached ones outside of the input", () => {
  expect(reportOf(SUCCESS)).toMatchObject({
    sessionId: "ses_e03a57bc9ffeipRbrLf3LxrYpM",
    usage: {
      inputTokens: 800,
      cacheReadTokens: 1_600,
      cacheWriteTokens: 0,
      outputTokens: 68,
      reasoningTokens: 0,
    },
    costUsd: 0.00342,
    failure: undefined,
    resultText: "Done: MOCK-FINAL-ANSWER",
    lastMessages: ["Running a command.", "Done: MOCK-FINAL-ANSWER"],
    hasOutput: true,
    heard: [],
    isTurnOver: false,
  });
});

test("the captured stream is told in events, each tool in two", () => {
  const events = pushAll(opencode().createParser(), SUCCESS);
  expect(events.map(({ kind }) => kind)).toEqual([
    "session",
    "text",
    "tool_started",
    "tool_ended",
    "usage",
    "cost",
    "text",
    "usage",
    "cost",
    "result",
  ]);
  expect(events).toContainEqual({
    kind: "tool_ended",
    toolId: "call_mock01",
    isError: false,
    output: "hello-from-tool\nREADME.md\n",
  });
});

test("no line says that the work is done: the last step with exit code 0 does", () => {
  expect(outcomeOf(SUCCESS, { exitCode: 0 })).toEqual({
    kind: "succeeded",
    summary: "Done: MOCK-FINAL-ANSWER",
  });
  const [first = ""] = SUCCESS.split(/(?<="step_finish".*\n)/);
  expect(outcomeOf(first, { exitCode: 0 })).toMatchObject({ failure: { class: "empty_output" } });
});

test("an answer that ends the work as an error has failed, whatever the exit code is", () => {
  for (const exitCode of [0, 1]) {
    expect(outcomeOf(capturedStream("opencode-auth-error"), { exitCode })).toMatchObject({
      kind: "failed",
      failure: { class: "auth", message: "Incorrect API key provided" },
    });
  }
});

test("a price that is not known is no cost, and one of nothing is nothing", () => {
  const step = { type: "step_finish", part: { reason: "stop", tokens: { input: 5 } } };
  expect(reportOf(JSON.stringify(step)).costUsd).toBeUndefined();
  const free = { ...step, part: { ...step.part, cost: 0 } };
  expect(reportOf(JSON.stringify(free)).costUsd).toBe(0);
});

test("what OpenCode says to itself is no message of the agent", () => {
  const part = { type: "text", synthetic: true, text: "The conversation was compacted." };
  expect(reportOf(JSON.stringify({ type: "text", part })).lastMessages).toEqual([]);
});

test("an error that the session got over is forgotten", () => {
  expect(reportOf(`${failed("ContextOverflowError", {})}\n${SUCCESS}`).failure).toBeUndefined();
});

test("a tool that failed tells its error", () => {
  const state = { status: "error", input: { filePath: "/a" }, error: "No such file" };
  const part = { tool: "read", callID: "c1", state };
  expect(
    opencode()
      .createParser()
      .push(JSON.stringify({ type: "tool_use", part })),
  ).toEqual([
    { kind: "tool_started", toolId: "c1", name: "read", summary: "/a" },
    { kind: "tool_ended", toolId: "c1", isError: true, output: "No such file" },
  ]);
});

test.each<readonly [string, object, FailureClass]>([
  ["APIError", { statusCode: 403, message: "no" }, "auth"],
  ["APIError", { statusCode: 404, message: "The model m does not exist" }, "model_not_found"],
  ["APIError", { statusCode: 429, message: "Rate limit reached" }, "rate_limit"],
  ["APIError", { statusCode: 429, message: "You exceeded your current quota" }, "budget"],
  ["APIError", { statusCode: 500, message: "broken" }, "provider_error"],
  [
    "APIError",
    { message: "Unable to connect. Is the computer able to access the url?" },
    "network",
  ],
  ["ContextOverflowError", { message: "maximum is 1000 tokens" }, "context_overflow"],
  ["ProviderAuthError", { message: "no key" }, "auth"],
  ["MessageAbortedError", { message: "aborted" }, "cancelled"],
  ["UnknownError", { message: "Model not found: scripted/x." }, "model_not_found"],
  ["constructor", {}, "unknown"],
])("the error %s with %j is of class %s", (name, data, failureClass) => {
  expect(outcomeOf(failed(name, data))).toMatchObject({ failure: { class: failureClass } });
});

test("a session that is not there is told without the colours of a terminal", () => {
  const stderrTail = "\u001B[91m\u001B[1mError: \u001B[0mSession not found\n";
  expect(outcomeOf("", { stderrTail })).toMatchObject({
    failure: {
      class: "unknown",
      message: "OpenCode ended with exit code 1: Error: Session not found",
    },
  });
});

test.each([
  ["database is locked\n", "database is locked"],
  [
    "Failed query: \n        CREATE TABLE `workspace` (\n  `id` text PRIMARY KEY\n        );\n\nparams: \n",
    "Failed query: CREATE TABLE `workspace`",
  ],
])("one that lost its common database to another is waited for at no cost", (stderrTail, told) => {
  expect(outcomeOf("", { stderrTail })).toMatchObject({
    failure: { class: "rate_limit", message: `OpenCode ended with exit code 1: ${told}` },
  });
});

test("thoughts are not a part of the output that OpenCode counts", () => {
  const tokens = {
    total: 150,
    input: 100,
    output: 20,
    reasoning: 10,
    cache: { write: 0, read: 20 },
  };
  const step = { type: "step_finish", part: { reason: "stop", tokens } };
  expect(reportOf(JSON.stringify(step)).usage).toEqual({
    inputTokens: 100,
    cacheReadTokens: 20,
    cacheWriteTokens: 0,
    outputTokens: 20,
    reasoningTokens: 10,
  });
});

test("an endless loop of empty steps is no result", () => {
  const step = { type: "step_finish", part: { reason: "unknown", tokens: { input: 0 }, cost: 0 } };
  const loop = `${JSON.stringify(step)}\n`.repeat(1_000);
  expect(outcomeOf(loop, { exitCode: 0 })).toMatchObject({ failure: { class: "empty_output" } });
});
