import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { AgentConfig, ProcessEnd } from "../adapter.ts";
import { agentConformance, reportOf } from "../conformance.ts";
import { createClaudeAdapter } from "./claude.ts";

const CONFIG: AgentConfig = {
  name: "claude",
  adapter: "claude",
  command: [],
  model: "claude-sonnet-4-5",
  promptBy: "stdin",
  env: {},
  limit: undefined,
};
const adapter = createClaudeAdapter(CONFIG, { isRoot: true });

function stream(name: string): string {
  return readFileSync(`test/fixtures/streams/claude-${name}.jsonl`, "utf8");
}

const EXIT_1: ProcessEnd = { exitCode: 1, signal: undefined, stderrTail: "" };
const REQUEST = {
  prompt: "Do it.",
  promptFile: "/p",
  taskId: "t",
  attemptId: "t-1",
  workspacePath: "/w",
  sessionId: "11111111-2222-4333-8444-555555555555",
  resumeSessionId: undefined,
};

agentConformance({
  name: "claude",
  adapter,
  successful: stream("success"),
  failing: { stdout: stream("auth-error"), end: EXIT_1 },
});

test("tokens and cost are those of the result, each once, though every block repeats them", () => {
  const report = reportOf(adapter, stream("success"));
  expect(report).toMatchObject({
    usage: {
      inputTokens: 2400,
      cacheReadTokens: 1600,
      cacheWriteTokens: 200,
      outputTokens: 68,
      reasoningTokens: 0,
    },
    costUsd: 0.00945,
    resultText: "Done: MOCK-FINAL-ANSWER",
    sessionId: "86f5612c-4878-4f00-8ad8-b536cc849434",
  });
});

test("a resumed session reports its own tokens and cost, not the session's", () => {
  const report = reportOf(adapter, stream("resumed"));
  expect(report.usage).toMatchObject({ inputTokens: 1200, outputTokens: 34, cacheReadTokens: 800 });
  expect(report.costUsd).toBeCloseTo(0.004725, 10);
});

test("an older build that tells no difference is not believed about a resumed session's cost", () => {
  const older = stream("resumed").replace('"model_usage_since_last_result"', '"removed"');
  const report = reportOf(adapter, older);
  expect(report.usage).toMatchObject({ inputTokens: 1200, outputTokens: 34 });
  expect(report.costUsd).toBeUndefined();
});

test("a run that is killed before its result has spent what its messages say, each once", () => {
  const lines = stream("success").split("\n");
  const killed = lines.filter((line) => !line.includes('"type":"result"')).join("\n");
  expect(reportOf(adapter, killed).usage).toMatchObject({
    inputTokens: 2400,
    cacheReadTokens: 1600,
    cacheWriteTokens: 200,
  });
});

test.each([
  ["auth-error", "auth"],
  ["rate-limited", "rate_limit"],
  ["max-turns", "budget"],
  ["budget", "budget"],
] as const)("the stream %s ends as %s, whatever its subtype says", (name, wanted) => {
  const outcome = adapter.classifyEnd(EXIT_1, reportOf(adapter, stream(name)));
  expect(outcome).toMatchObject({ kind: "failed", failure: { class: wanted } });
});

test("what is spent counts for a run that its budget ended", () => {
  expect(reportOf(adapter, stream("budget"))).toMatchObject({
    usage: { inputTokens: 1200, outputTokens: 34 },
    costUsd: 0.004725,
  });
});

function failed(fields: object): string {
  return JSON.stringify({ type: "result", subtype: "success", is_error: true, ...fields });
}

test.each([
  [{ result: "Claude AI usage limit reached|1764000000" }, "quota", 1_764_000_000_000],
  [{ result: "You've hit your session limit . resets 9pm (UTC)" }, "quota", undefined],
  [{ result: "API Error: 529 Overloaded", api_error_status: 529 }, "provider_error", undefined],
  [{ result: "API Error: 500", api_error_status: 500 }, "provider_error", undefined],
  [{ result: "Prompt is too long", api_error_status: 400 }, "context_overflow", undefined],
  [{ result: "not found", api_error_status: 404 }, "model_not_found", undefined],
  [{ result: "API Error: Connection error." }, "network", undefined],
] as const)("the result %j is a failure of class %s", (fields, wanted, resetAtMs) => {
  const outcome = adapter.classifyEnd(EXIT_1, reportOf(adapter, failed(fields)));
  expect(outcome).toMatchObject({ kind: "failed", failure: { class: wanted } });
  if (resetAtMs) expect(outcome).toMatchObject({ failure: { resetAtMs } });
});

test("a rejected rate limit tells when it ends, and makes the failure a quota", () => {
  const event = {
    type: "rate_limit_event",
    rate_limit_info: { status: "rejected", resetsAt: 1_764_000_000, rateLimitType: "five_hour" },
  };
  const report = reportOf(
    adapter,
    `${JSON.stringify(event)}\n${failed({ result: "API Error: 429", api_error_status: 429 })}`,
  );
  expect(report.failure).toMatchObject({ class: "quota", resetAtMs: 1_764_000_000_000 });
});

test("two messages that were answered by one result count once, and two results add up", () => {
  const once = reportOf(adapter, stream("success"));
  const twice = reportOf(adapter, `${stream("success")}\n${stream("resumed")}`);
  expect(twice.usage.inputTokens).toBe(once.usage.inputTokens + 1200);
  expect(twice.costUsd).toBeCloseTo(0.014175, 10);
});

test("a session that cannot be resumed is told by its words, and is not resumed again", () => {
  const stderrTail = "No conversation found with session ID: 1111";
  const outcome = adapter.classifyEnd({ ...EXIT_1, stderrTail }, reportOf(adapter, ""));
  expect(outcome).toMatchObject({
    failure: { class: "unknown", message: /No conversation found/ },
  });
});

test("a line that is no JSON is shown and does no harm", () => {
  const parser = adapter.createParser();
  expect(parser.push("[claude-code:unrecognized_model] {}")).toEqual([
    { kind: "unrecognised", line: "[claude-code:unrecognized_model] {}" },
  ]);
  expect(parser.push('{"type":"a_new_kind","session_id":"s"}')).toEqual([]);
});

test("the prompt goes by standard input, and the session's id is fixed before the start", () => {
  const { command, stdin, env, unsetEnv } = adapter.launch(REQUEST);
  expect(command.slice(0, 2)).toEqual(["claude", "--print"]);
  expect(command).toContain(REQUEST.sessionId);
  expect(stdin).toBe("Do it.");
  expect(env).toMatchObject({ IS_SANDBOX: "1" });
  expect(unsetEnv).toContain("CLAUDECODE");
});

test("a session is resumed by its id alone, and only root is put in a sandbox", () => {
  const user = createClaudeAdapter(CONFIG, { isRoot: false });
  const { command, env } = user.launch({
    ...REQUEST,
    sessionId: undefined,
    resumeSessionId: "abc",
  });
  expect(command.join(" ")).toContain("--resume abc");
  expect(command).not.toContain("--session-id");
  expect(env).not.toHaveProperty("IS_SANDBOX");
});

test("what is said to a running session is one line of JSON", () => {
  const line = adapter.steering?.message("two\nlines \u2028") ?? "";
  expect(line.endsWith("\n")).toBe(true);
  expect(line.trimEnd()).not.toContain("\n");
  expect(JSON.parse(line)).toMatchObject({
    type: "user",
    message: { content: "two\nlines \u2028" },
  });
});
