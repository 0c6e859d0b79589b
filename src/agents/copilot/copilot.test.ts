import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { NO_USAGE, type Usage } from "../../core/usage.ts";
import type { AgentAdapter, Launch, LaunchRequest } from "../adapter.ts";
import { agentConformance } from "../conformance.ts";
import { aLaunchRequest, anAgentConfig } from "../testing/requests.ts";
import { capturedStream } from "../testing/streams.ts";
import { createCopilotAdapter } from "./copilot.ts";

const SESSION = "0d495c15-f62e-4996-9ea0-2736b7063c61";
const LEFT = readFileSync(
  new URL("../../../test/fixtures/streams/copilot-usage.json", import.meta.url),
  "utf8",
);
const USED: Usage = {
  inputTokens: 2_400,
  cacheReadTokens: 1_600,
  cacheWriteTokens: 200,
  outputTokens: 68,
  reasoningTokens: 0,
};

function copilot(command: readonly string[] = [], model?: string): AgentAdapter {
  return createCopilotAdapter(anAgentConfig({ adapter: "copilot", command, model }));
}

agentConformance({
  name: "copilot",
  create: copilot,
  successful: capturedStream("copilot-success").replaceAll("Done:", "Fertig: 😀\\u2028"),
  failing: {
    stdout: capturedStream("copilot-auth-error"),
    end: { exitCode: 1, signal: undefined, stderrTail: "" },
  },
});

function launched(command: readonly string[], request: Partial<LaunchRequest> = {}): Launch {
  return copilot(command).launch(aLaunchRequest(request));
}

test("the prompt goes by standard input, never among the arguments", () => {
  const promptFile = "/attempts/a-1/prompt.md";
  const { command, stdinFile } = launched([], { prompt: "--help", promptFile });
  expect(stdinFile).toBe(promptFile);
  expect(command).not.toContain("--help");
  expect(command).not.toContain("-p");
});

test("a new session has the id that was chosen for it, and the configured model", () => {
  const { command } = copilot([], "gpt-5").launch(aLaunchRequest({ sessionId: SESSION }));
  expect(command.join(" ")).toBe(
    `copilot --output-format json --allow-all --no-ask-user --no-auto-update -C /worktrees/k3f9 --usage-output-file /attempts/k3f9-1/usage --model gpt-5 --session-id ${SESSION}`,
  );
});

test("a session is resumed by its id, and one that is not there is never begun anew", () => {
  const { command } = launched(["npx", "copilot"], { resumeSessionId: SESSION });
  expect(command.slice(0, 2)).toEqual(["npx", "copilot"]);
  expect(command.at(-1)).toBe(`--resume=${SESSION}`);
  expect(command).not.toContain("--session-id");
});

test.each([
  [["copilot", "--allow-all-tools", "--deny-tool", "shell(git push)"]],
  [["copilot", "--allow-tool=write"]],
  [["copilot", "--yolo"]],
])("the permissions that %j asks for are left alone", (command) => {
  expect(launched(command).command).not.toContain("--allow-all");
});

test("a Copilot that runs this one is kept out of its environment, and the user's settings are not", () => {
  const { unsetEnv } = launched([]);
  expect(unsetEnv).toEqual(expect.arrayContaining(["COPILOT_AGENT_SESSION_ID", "COPILOT_CLI"]));
  for (const name of ["COPILOT_HOME", "COPILOT_GITHUB_TOKEN", "COPILOT_PROVIDER_BASE_URL"]) {
    expect(unsetEnv).not.toContain(name);
  }
});

test("only Copilot's own answer is its version", () => {
  const readVersion = copilot().probe?.readVersion;
  const answer = "GitHub Copilot CLI 1.0.102.\nRun 'copilot update' to check for updates.\n";
  expect(readVersion?.(answer)).toBe("1.0.102");
  expect(readVersion?.("GitHub Copilot CLI 1.1.0-beta.2.\n")).toBe("1.1.0-beta.2");
  expect(readVersion?.("1.0.102\n")).toBeUndefined();
});

test("the file that it leaves accounts for it to the token, cached ones outside of the input", () => {
  expect(copilot().readUsageFile?.(LEFT)).toEqual(USED);
});

test("the file tells the total of the session, so what came before in it is taken off", () => {
  const before: Usage = { ...NO_USAGE, inputTokens: 1_200, cacheReadTokens: 800, outputTokens: 34 };
  expect(
    copilot().readUsageFile?.(LEFT, { sessionId: SESSION, usage: before, costUsd: 0 }),
  ).toEqual({
    inputTokens: 1_200,
    cacheReadTokens: 800,
    cacheWriteTokens: 200,
    outputTokens: 34,
    reasoningTokens: 0,
  });
});

test("the models of a session are added up, and thoughts are a part of the output that is told", () => {
  const usage = {
    inputTokens: 1_230,
    cacheReadTokens: 200,
    cacheWriteTokens: 30,
    outputTokens: 50,
  };
  const modelMetrics = { one: { usage: { ...usage, reasoningTokens: 7 } }, two: { usage } };
  expect(copilot().readUsageFile?.(JSON.stringify({ modelMetrics }))).toEqual({
    inputTokens: 2_000,
    cacheReadTokens: 400,
    cacheWriteTokens: 60,
    outputTokens: 93,
    reasoningTokens: 7,
  });
});

test("a session whose model never answered used nothing", () => {
  expect(copilot().readUsageFile?.('{"modelMetrics":{}}')).toEqual(NO_USAGE);
});

test.each([
  "",
  "{",
  "null",
  "[]",
  "{}",
  '{"modelMetrics":[]}',
  '{"modelMetrics":"many"}',
  JSON.stringify({
    modelMetrics: {
      a: { usage: { inputTokens: Number.MAX_SAFE_INTEGER } },
      b: { usage: { inputTokens: Number.MAX_SAFE_INTEGER } },
    },
  }),
  LEFT.slice(0, 500),
])("the file %j tells nothing", (text) => {
  expect(copilot().readUsageFile?.(text)).toBeUndefined();
});

test.each(['{"modelMetrics":{"a":null,"b":7,"c":{"usage":[]},"__proto__":{"usage":{}}}}'])(
  "what is no count in %j counts as none",
  (text) => {
    expect(copilot().readUsageFile?.(text)).toEqual(NO_USAGE);
  },
);
