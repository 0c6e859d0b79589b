import { expect, test } from "vitest";
import type { FailureClass } from "../core/failure.ts";
import type { AgentAdapter, AgentConfig, LaunchRequest, StreamReport } from "./adapter.ts";
import { createAiderAdapter } from "./aider/aider.ts";
import { createAmpAdapter } from "./amp/amp.ts";
import { createAuggieAdapter } from "./auggie/auggie.ts";
import { agentConformance } from "./conformance.ts";
import { createCursorAdapter } from "./cursor/cursor.ts";
import { createGooseAdapter } from "./goose/goose.ts";
import { aLaunchRequest, anAgentConfig } from "./testing/requests.ts";
import { capturedStream, pushAll } from "./testing/streams.ts";

// Of these CLIs none was run: the streams are written after their documentation and source.

const CREATE: Readonly<Record<string, (config: AgentConfig) => AgentAdapter>> = {
  cursor: createCursorAdapter,
  amp: createAmpAdapter,
  auggie: createAuggieAdapter,
  goose: createGooseAdapter,
  aider: createAiderAdapter,
};

function adapter(name: string, config: Partial<AgentConfig> = {}): AgentAdapter {
  const create = CREATE[name];
  if (!create) throw new Error(`There is no adapter ${name}.`);
  return create(anAgentConfig({ adapter: name, command: [], ...config }));
}

function reportOf(name: string, stdout = capturedStream(`${name}-documented`)): StreamReport {
  const parser = adapter(name).createParser();
  pushAll(parser, stdout);
  return parser.report();
}

for (const name of Object.keys(CREATE)) {
  agentConformance({
    name,
    create: (command) => adapter(name, { command }),
    successful: capturedStream(`${name}-documented`).replaceAll("Done:", "Fertig: 😀"),
    failing: {
      stdout: "",
      end: { exitCode: 1, signal: undefined, stderrTail: "Error: not logged in\n" },
    },
  });
}

test.each([
  ["cursor", [8_830, 44_800, 12, 240]],
  // 12,783 of input were 12,416 from the cache and 367 to it.
  ["amp", [17_366, 12_416, 367, 46]],
  ["auggie", [0, 0, 0, 0]],
  ["goose", [700, 1_600, 100, 34]],
  ["aider", [5_400, 2_000, 1_100, 400]],
])("the tokens of %s are counted, cached ones apart", (name, [input, read, write, output]) => {
  expect(reportOf(name).usage).toEqual({
    inputTokens: input,
    cacheReadTokens: read,
    cacheWriteTokens: write,
    outputTokens: output,
    reasoningTokens: 0,
  });
});

test.each([
  ["cursor", "Done: it is said.", ["I look around.", "Done: it is said."]],
  ["amp", "Done: it is said.", ["I look around.", "Done: it is said."]],
  ["auggie", "Done: it is said.", ["Done: it is said."]],
  ["goose", "Done: it is said.", ["I look around.", "Done: it is said."]],
])("the answer of %s is the last that it said itself", (name, resultText, lastMessages) => {
  expect(reportOf(name)).toMatchObject({ resultText, lastMessages, failure: undefined });
});

test.each(["cursor", "amp", "goose"])("%s tells its tools as they begin and end", (name) => {
  const events = pushAll(adapter(name).createParser(), capturedStream(`${name}-documented`));
  const tools = events.filter(({ kind }) => kind.startsWith("tool_"));
  expect(tools).toEqual([
    expect.objectContaining({ kind: "tool_started", summary: "ls" }),
    expect.objectContaining({
      kind: "tool_ended",
      isError: false,
      output: expect.stringContaining("README.md"),
    }),
  ]);
});

test("what is told of money is kept", () => {
  expect(reportOf("goose").costUsd).toBe(0.004_2);
  expect(reportOf("aider").costUsd).toBe(0.03);
  expect(reportOf("amp").costUsd).toBeUndefined();
});

test.each([
  ["cursor", "c6b62c6f-7ead-4fd6-9922-e952131177ff"],
  ["amp", "T-2775dc92-90ed-4f85-8b73-8f9766029e83"],
  ["auggie", "0199a0c5-3f0e-7a9a-8d1c-0a4f4f6c6a11"],
  ["goose", undefined],
])("the session of %s is %s", (name, sessionId) => {
  expect(reportOf(name).sessionId).toBe(sessionId);
});

test.each<readonly [string, string, FailureClass]>([
  [
    "amp",
    '{"type":"result","subtype":"error_during_execution","is_error":true,"error":"Out of credits"}',
    "budget",
  ],
  [
    "amp",
    '{"type":"result","subtype":"success","is_error":true,"result":"429 Too Many Requests"}',
    "rate_limit",
  ],
  [
    "auggie",
    '{"type":"result","is_error":true,"result":"Not logged in. Run auggie login"}',
    "auth",
  ],
  ["goose", '{"type":"error","error":"Authentication error: 401"}', "auth"],
  [
    "goose",
    '{"type":"error","error":"Context length exceeded"}\n{"type":"complete"}',
    "context_overflow",
  ],
  ["aider", "litellm.AuthenticationError: AuthenticationError: no key", "auth"],
  ["aider", "litellm.ContextWindowExceededError: too much", "context_overflow"],
  ["aider", "litellm.APIConnectionError: nobody there", "network"],
])("%s that ends with 0 after %j has failed as %s", (name, stdout, failureClass) => {
  const end = { exitCode: 0, signal: undefined, stderrTail: "" };
  expect(adapter(name).classifyEnd(end, reportOf(name, stdout))).toMatchObject({
    kind: "failed",
    failure: { class: failureClass },
  });
});

test("a failure of Cursor is on standard error alone", () => {
  const end = { exitCode: 1, signal: undefined, stderrTail: "Error: Authentication required\n" };
  expect(adapter("cursor").classifyEnd(end, reportOf("cursor", ""))).toMatchObject({
    failure: { class: "auth", message: expect.stringContaining("Authentication required") },
  });
});

function lineOf(name: string, request: Partial<LaunchRequest>, model?: string): string {
  return adapter(name, { model }).launch(aLaunchRequest(request)).command.join(" ");
}

const FILE = "/attempts/k3f9-1/prompt.md";

test.each([
  ["cursor", "cursor-agent --print --output-format stream-json --trust --force --model m"],
  ["amp", "amp --execute --stream-json --dangerously-allow-all -m m"],
  [
    "auggie",
    `auggie --print --quiet --output-format json --workspace-root /worktrees/k3f9 --model m --instruction-file ${FILE}`,
  ],
  [
    "goose",
    `goose run --quiet --output-format stream-json --model m --name s1 --instructions ${FILE}`,
  ],
])("a new session of %s is started as %s", (name, line) => {
  expect(lineOf(name, { sessionId: "s1" }, "m")).toBe(line);
});

test.each([
  ["cursor", "--resume s1"],
  ["amp", "amp threads continue s1 --execute --stream-json"],
  ["auggie", "--resume s1"],
  ["goose", "--resume --name s1"],
])("a session of %s goes on by %j", (name, words) => {
  expect(lineOf(name, { resumeSessionId: "s1" })).toContain(words);
});

test("what Aider keeps of a conversation is not in the worktree", () => {
  const line = lineOf("aider", {});
  expect(line).toContain("--chat-history-file /attempts/k3f9-1/aider.chat.md");
  expect(line).toMatch(/--yes-always .*--message-file \/attempts\/k3f9-1\/prompt\.md$/);
});

test.each([
  ["cursor", ["cursor-agent", "--mode", "plan"], "--force"],
  ["amp", ["amp", "--dangerously-allow-all"], "--dangerously-allow-all"],
])("the permissions that are configured for %s are left alone", (name, command, unwanted) => {
  const line = adapter(name, { command }).launch(aLaunchRequest()).command.slice(command.length);
  expect(line.join(" ")).not.toContain(unwanted);
});
