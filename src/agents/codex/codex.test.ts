import { expect, test } from "vitest";
import type { AgentAdapter, Launch, LaunchRequest } from "../adapter.ts";
import { agentConformance } from "../conformance.ts";
import { aLaunchRequest, anAgentConfig } from "../testing/requests.ts";
import { capturedStream } from "../testing/streams.ts";
import { createCodexAdapter } from "./codex.ts";

const SESSION = "01a1fe60-ab76-75a3-8fde-2f0d073fe4b7";

function codex(command: readonly string[] = [], model?: string): AgentAdapter {
  const config = anAgentConfig({ adapter: "codex", command, model });
  return createCodexAdapter(config, { timeZone: "UTC" });
}

agentConformance({
  name: "codex",
  create: codex,
  successful: capturedStream("codex-success").replaceAll("Done:", "Fertig: 😀\\u2028"),
  failing: {
    stdout: capturedStream("codex-auth-error"),
    end: { exitCode: 1, signal: undefined, stderrTail: "" },
  },
});

function launched(command: readonly string[], request: Partial<LaunchRequest> = {}): Launch {
  return codex(command).launch(aLaunchRequest(request));
}

test("the prompt goes by standard input, never among the arguments", () => {
  const promptFile = "/attempts/a-1/prompt.md";
  const { command, stdinFile } = launched([], { prompt: "--help", promptFile });
  expect(stdinFile).toBe(promptFile);
  expect(command.at(-1)).toBe("-");
  expect(command).not.toContain("--help");
});

test("a new session is started with the configured model", () => {
  const { command } = codex([], "gpt-5").launch(aLaunchRequest({ sessionId: SESSION }));
  expect(command.join(" ")).toBe(
    "codex exec --json --skip-git-repo-check --dangerously-bypass-approvals-and-sandbox --model gpt-5 -",
  );
});

test("a session is resumed by its id, and its prompt still comes on standard input", () => {
  const { command } = launched([], { resumeSessionId: SESSION });
  expect(command.slice(-3)).toEqual(["resume", SESSION, "-"]);
});

test("configured arguments come before the command exec, which takes options of its own", () => {
  const { command } = launched(["npx", "codex", "-c", "model_provider=mine"]);
  expect(command.slice(0, 5)).toEqual(["npx", "codex", "-c", "model_provider=mine", "exec"]);
});

test.each([
  [["codex", "--sandbox", "workspace-write"]],
  [["codex", "--sandbox=read-only"]],
  [["codex", "-s", "read-only"]],
  [["codex", "--approve-for-me"]],
  [["codex", "-c", 'sandbox_mode="workspace-write"']],
])("the sandbox that %j asks for is left alone", (command) => {
  expect(launched(command).command).not.toContain("--dangerously-bypass-approvals-and-sandbox");
});

test("no option is used that this version does not know any more", () => {
  expect(launched([]).command).not.toContain("--full-auto");
});

test("a Codex that runs this one is kept out of its environment", () => {
  const { unsetEnv } = launched([]);
  expect(unsetEnv).toEqual(expect.arrayContaining(["CODEX_THREAD_ID", "CODEX_SANDBOX"]));
  expect(unsetEnv).not.toContain("CODEX_HOME");
  expect(unsetEnv).not.toContain("CODEX_API_KEY");
});

test("only Codex's own answer is its version", () => {
  const readVersion = codex().probe?.readVersion;
  expect(readVersion?.("codex-cli 0.169.0\n")).toBe("0.169.0");
  expect(readVersion?.("0.169.0\n")).toBeUndefined();
});
