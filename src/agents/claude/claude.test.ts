import { expect, test } from "vitest";
import type { AgentAdapter, Launch, LaunchRequest } from "../adapter.ts";
import { agentConformance } from "../conformance.ts";
import { aLaunchRequest, anAgentConfig } from "../testing/requests.ts";
import { capturedStream } from "../testing/streams.ts";
import { createClaudeAdapter } from "./claude.ts";

const SESSION = "11111111-2222-4333-8444-555555555555";

function claude(command: readonly string[] = [], isRoot = false): AgentAdapter {
  const model = "claude-sonnet-4-5";
  return createClaudeAdapter(anAgentConfig({ adapter: "claude", command, model }), { isRoot });
}

agentConformance({
  name: "claude",
  create: claude,
  successful: successWithOtherLetters(),
  failing: {
    stdout: capturedStream("claude-auth-error"),
    end: { exitCode: 1, signal: undefined, stderrTail: "" },
  },
});

function successWithOtherLetters(): string {
  return capturedStream("claude-success").replaceAll("Running a command.", "Führe aus: 😀\\u2028");
}

function launched(command: readonly string[], request: Partial<LaunchRequest> = {}): Launch {
  return claude(command).launch(aLaunchRequest(request));
}

test("the prompt goes by the inbox, never among the arguments", () => {
  const { command, stdinFile } = launched([], { prompt: "--help" });
  expect(stdinFile).toBeUndefined();
  expect(command.join(" ")).toContain("--input-format stream-json --replay-user-messages");
  expect(command).not.toContain("--help");
});

test("a new session has its id before the start", () => {
  const { command } = launched([], { sessionId: SESSION });
  expect(command.join(" ")).toBe(
    `claude --print --input-format stream-json --replay-user-messages --output-format stream-json --verbose --permission-mode bypassPermissions --model claude-sonnet-4-5 --session-id ${SESSION}`,
  );
});

test("a session is resumed by its id alone", () => {
  const { command } = launched([], { resumeSessionId: SESSION });
  expect(command.slice(-2)).toEqual(["--resume", SESSION]);
  expect(command).not.toContain("--session-id");
});

test("configured arguments come first, so that a wrapper stays a wrapper", () => {
  const { command } = launched(["npx", "claude", "--max-budget-usd", "5"]);
  expect(command.slice(0, 5)).toEqual(["npx", "claude", "--max-budget-usd", "5", "--print"]);
});

test.each([
  [["claude", "--permission-mode", "acceptEdits"]],
  [["claude", "--permission-mode=plan"]],
  [["claude", "--dangerously-skip-permissions"]],
])("the permissions that %j asks for are left alone", (command) => {
  expect(launched(command).command).not.toContain("bypassPermissions");
});

test("a Claude Code that runs this one is kept out of its environment", () => {
  const { unsetEnv } = launched([]);
  expect(unsetEnv).toEqual(
    expect.arrayContaining(["CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_CODE_CHILD_SESSION"]),
  );
});

test("it neither updates itself nor calls home while it works", () => {
  expect(launched([]).env).toEqual({
    DISABLE_AUTOUPDATER: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  });
});

test("root may bypass permissions because it is said to be in a sandbox", () => {
  expect(claude([], true).launch(aLaunchRequest()).env).toHaveProperty("IS_SANDBOX", "1");
});

test("what is said to a running session is one line of JSON each", () => {
  const { steering } = claude();
  const message = steering?.message("two\nlines \u2028", "k3f9-m1") ?? "";
  const interrupt = steering?.interrupt("r1") ?? "";
  expect(message.match(/[\n\u2028]/g)).toEqual(["\n"]);
  expect(JSON.parse(message)).toMatchObject({
    type: "user",
    uuid: "k3f9-m1",
    message: { role: "user", content: "two\nlines \u2028" },
  });
  expect(JSON.parse(interrupt)).toEqual({
    type: "control_request",
    request_id: "r1",
    request: { subtype: "interrupt" },
  });
});

test("only Claude Code's own answer is its version", () => {
  const readVersion = claude().probe?.readVersion;
  expect(readVersion?.("2.1.329 (Claude Code)\n")).toBe("2.1.329");
  expect(readVersion?.("2.1.329\n")).toBeUndefined();
});
