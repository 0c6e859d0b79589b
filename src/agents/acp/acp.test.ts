import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import type { AgentAdapter, AgentConfig } from "../adapter.ts";
import { agentConformance } from "../conformance.ts";
import { aLaunchRequest, anAgentConfig } from "../testing/requests.ts";
import { capturedStream } from "../testing/streams.ts";
import { createAcpAdapter } from "./acp.ts";

const BRIDGE = [process.execPath, join(import.meta.dirname, "bridge/main.ts")];
const AGENT = join(import.meta.dirname, "testing/an-agent.ts");

function acp(command: readonly string[], config: Partial<AgentConfig> = {}): AgentAdapter {
  const settings = anAgentConfig({ adapter: "acp", command, ...config });
  return createAcpAdapter(settings, { acpBridge: BRIDGE });
}

agentConformance({
  name: "acp",
  create: acp,
  receivedPrompt,
  successful: capturedStream("acp-claude-success").replaceAll("Done:", "Fertig: 😀\\u2028"),
  failing: {
    stdout: capturedStream("acp-gemini-auth-error"),
    end: { exitCode: 1, signal: undefined, stderrTail: "" },
  },
});

/** What a real agent is told by the bridge that the adapter starts. */
async function receivedPrompt(prompt: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "orchestra-prompt-"));
  try {
    const promptFile = join(folder, "prompt.md");
    await writeFile(promptFile, prompt);
    const adapter = acp([process.execPath, AGENT, "answers"]);
    const [executable = "", ...args] = adapter.launch(
      aLaunchRequest({ prompt, promptFile }),
    ).command;
    const { stdout } = await execa(executable, args, { stdin: "ignore" });
    const told = stdout.split("\n").find((line) => line.includes("You said: ")) ?? "{}";
    const { params } = JSON.parse(told) as { params: { update: { content: { text: string } } } };
    return params.update.content.text.slice("You said: ".length);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("the bridge is told everything, and the agent's own arguments come last", () => {
  const request = aLaunchRequest({ promptFile: "/a/prompt.md", resumeSessionId: "s-1" });
  const config = { model: "m", permissions: "deny" } as const;
  const { command, stdinFile } = acp(["gemini", "--acp"], config).launch(request);
  const options = "--prompt=/a/prompt.md --id=k3f9-1 --model=m --resume=s-1 --deny";
  expect(command).toEqual([...BRIDGE, ...options.split(" "), "--", "gemini", "--acp"]);
  // It is for what people say while the agent works.
  expect(stdinFile).toBeUndefined();
});

test("the id of a session may look like an option", async () => {
  const adapter = acp([process.execPath, AGENT, "loads"]);
  const request = aLaunchRequest({ promptFile: AGENT, resumeSessionId: "-s-1" });
  const [executable = "", ...args] = adapter.launch(request).command;
  const { stdout } = await execa(executable, args, { stdin: "ignore", reject: false });
  expect(stdout).toMatch(/"failed".*"sessionId":"-s-1"/);
});

test("an agent without a command is refused", () => {
  expect(() => acp([]).launch(aLaunchRequest())).toThrow(/agents\.mine\.command.*--acp/);
});

test("an agent that runs this one is kept out of its environment", () => {
  const { unsetEnv } = acp(["agent"]).launch(aLaunchRequest());
  expect(unsetEnv).toEqual(expect.arrayContaining(["CLAUDECODE", "GEMINI_CLI", "CODEX_SANDBOX"]));
});

test("what is said to it is one line of JSON each", () => {
  const { steering } = acp(["agent"]);
  expect(JSON.parse(steering?.message("two\nlines", "m-1") ?? "")).toEqual({
    type: "message",
    id: "m-1",
    text: "two\nlines",
  });
  expect(steering?.interrupt("r-1")).toMatch(/^\{[^\n]*\}\n$/);
});
