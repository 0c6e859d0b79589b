import { expect, test } from "vitest";
import type { AgentAdapter, Launch, LaunchRequest } from "../adapter.ts";
import { agentConformance } from "../conformance.ts";
import { aLaunchRequest, anAgentConfig } from "../testing/requests.ts";
import { capturedStream } from "../testing/streams.ts";
import { createQwenAdapter } from "./qwen.ts";

const SESSION = "608c918b-4f3f-4b5e-9ad8-619c6d4a5115";

function qwen(command: readonly string[] = [], model?: string): AgentAdapter {
  return createQwenAdapter(anAgentConfig({ adapter: "qwen", command, model }));
}

agentConformance({
  name: "qwen",
  create: qwen,
  successful: capturedStream("qwen-success").replaceAll("Done:", "Fertig: 😀\\u2028"),
  failing: {
    stdout: capturedStream("qwen-auth-error"),
    end: { exitCode: 1, signal: undefined, stderrTail: "" },
  },
});

function launched(command: readonly string[], request: Partial<LaunchRequest> = {}): Launch {
  return qwen(command).launch(aLaunchRequest(request));
}

test("the prompt goes by standard input, never among the arguments", () => {
  const promptFile = "/attempts/a-1/prompt.md";
  const { command, stdinFile } = launched([], { prompt: "--help", promptFile });
  expect(stdinFile).toBe(promptFile);
  expect(command).not.toContain("--help");
});

test("a new session has its id before the start", () => {
  const { command } = qwen([], "qwen3-coder-plus").launch(aLaunchRequest({ sessionId: SESSION }));
  expect(command.join(" ")).toBe(
    `qwen --output-format stream-json --approval-mode yolo --model qwen3-coder-plus --session-id ${SESSION}`,
  );
});

test("a session is resumed by its id alone", () => {
  const { command } = launched([], { resumeSessionId: SESSION });
  expect(command.slice(-2)).toEqual(["--resume", SESSION]);
  expect(command).not.toContain("--session-id");
});

test("configured arguments come first, so that a wrapper stays a wrapper", () => {
  const { command } = launched(["npx", "qwen", "--auth-type", "openai"]);
  expect(command.slice(0, 5)).toEqual(["npx", "qwen", "--auth-type", "openai", "--output-format"]);
});

test.each([
  [["qwen", "--approval-mode", "auto"]],
  [["qwen", "--approval-mode=plan"]],
  [["qwen", "--yolo"]],
  [["qwen", "-y"]],
])("the permissions that %j asks for are left alone", (command) => {
  expect(launched(command).command.join(" ")).not.toContain("--approval-mode yolo");
});

test("it neither starts itself once more nor warns of what is wanted", () => {
  expect(launched([]).env).toEqual({
    QWEN_CODE_NO_RELAUNCH: "true",
    QWEN_CODE_SUPPRESS_YOLO_WARNING: "1",
  });
});

test("a Qwen Code that runs this one is kept out of its environment", () => {
  const { unsetEnv } = launched([]);
  expect(unsetEnv).toEqual(expect.arrayContaining(["QWEN_CODE", "QWEN_CODE_SESSION_ID"]));
  expect(unsetEnv).not.toContain("QWEN_HOME");
  expect(unsetEnv).not.toContain("OPENAI_API_KEY");
});

test("only a bare version is its answer", () => {
  const readVersion = qwen().probe?.readVersion;
  expect(readVersion?.("0.24.4\n")).toBe("0.24.4");
  expect(readVersion?.("qwen says hello 1.2.3\n")).toBeUndefined();
});
