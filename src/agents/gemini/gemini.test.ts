import { expect, test } from "vitest";
import type { AgentAdapter, Launch, LaunchRequest } from "../adapter.ts";
import { agentConformance } from "../conformance.ts";
import { aLaunchRequest, anAgentConfig } from "../testing/requests.ts";
import { capturedStream } from "../testing/streams.ts";
import { createGeminiAdapter } from "./gemini.ts";

const SESSION = "4e661516-5294-4f63-989a-620d8bade304";

function gemini(command: readonly string[] = [], model?: string): AgentAdapter {
  return createGeminiAdapter(anAgentConfig({ adapter: "gemini", command, model }));
}

agentConformance({
  name: "gemini",
  create: gemini,
  successful: capturedStream("gemini-success").replaceAll("Done:", "Fertig: 😀\\u2028"),
  failing: {
    stdout: capturedStream("gemini-auth-error"),
    end: { exitCode: 145, signal: undefined, stderrTail: "" },
  },
});

function launched(command: readonly string[], request: Partial<LaunchRequest> = {}): Launch {
  return gemini(command).launch(aLaunchRequest(request));
}

test("the prompt goes by standard input, never among the arguments", () => {
  const promptFile = "/attempts/a-1/prompt.md";
  const { command, stdinFile } = launched([], { prompt: "--help", promptFile });
  expect(stdinFile).toBe(promptFile);
  expect(command).not.toContain("--help");
});

test("a new session is started with the configured model, in a folder that it trusts", () => {
  const { command } = gemini([], "gemini-2.5-pro").launch(aLaunchRequest());
  expect(command.join(" ")).toBe(
    "gemini --output-format stream-json --skip-trust --approval-mode yolo --model gemini-2.5-pro",
  );
});

test("a session is resumed by its id", () => {
  const { command } = launched([], { resumeSessionId: SESSION });
  expect(command.slice(-2)).toEqual(["--resume", SESSION]);
});

test("configured arguments come first, so that a wrapper stays a wrapper", () => {
  const { command } = launched(["npx", "gemini", "--extensions", "none"]);
  expect(command.slice(0, 5)).toEqual(["npx", "gemini", "--extensions", "none", "--output-format"]);
});

test.each([
  [["gemini", "--approval-mode", "auto_edit"]],
  [["gemini", "--approval-mode=plan"]],
  [["gemini", "--yolo"]],
  [["gemini", "-y"]],
])("the permissions that %j asks for are left alone", (command) => {
  expect(launched(command).command.join(" ")).not.toContain("--approval-mode yolo");
});

test("it is one process, and not one that only waits for another", () => {
  expect(launched([]).env).toEqual({ GEMINI_CLI_NO_RELAUNCH: "true" });
});

test("a Gemini CLI that runs this one is kept out of its environment", () => {
  const { unsetEnv } = launched([]);
  expect(unsetEnv).toEqual(expect.arrayContaining(["GEMINI_CLI", "GEMINI_CLI_IDE_WORKSPACE_PATH"]));
  expect(unsetEnv).not.toContain("GEMINI_API_KEY");
  expect(unsetEnv).not.toContain("GEMINI_CLI_HOME");
});

test("only a bare version is its answer", () => {
  const readVersion = gemini().probe?.readVersion;
  expect(readVersion?.("0.61.0\n")).toBe("0.61.0");
  expect(readVersion?.("gemini says hello 1.2.3\n")).toBeUndefined();
});
