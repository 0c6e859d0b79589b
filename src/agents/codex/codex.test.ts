import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import type { AgentAdapter, Launch, LaunchRequest } from "../adapter.ts";
import { agentConformance } from "../conformance.ts";
import { aLaunchRequest, anAgentConfig } from "../testing/requests.ts";
import { capturedStream } from "../testing/streams.ts";
import { createCodexAdapter } from "./codex.ts";

const BRIDGE = [process.execPath, join(import.meta.dirname, "bridge/main.ts")];
const APP_SERVER = join(import.meta.dirname, "testing/an-app-server.ts");
const SESSION = "01a1fe60-ab76-75a3-8fde-2f0d073fe4b7";

function codex(command: readonly string[] = [], model?: string): AgentAdapter {
  const config = anAgentConfig({ adapter: "codex", command, model });
  return createCodexAdapter(config, { timeZone: "UTC", codexBridge: BRIDGE });
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

agentConformance({
  name: "codex over its app server",
  create: (command) => codex([...command, "app-server"]),
  receivedPrompt: promptOfAppServer,
  successful: capturedStream("codex-app-server-steered").replaceAll("Done.", "Fertig: 😀\\u2028"),
  failing: {
    stdout: capturedStream("codex-app-server-auth-error"),
    end: { exitCode: 1, signal: undefined, stderrTail: "" },
  },
});

/** What an app server is told by the bridge that the adapter starts. */
async function promptOfAppServer(prompt: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "orchestra-prompt-"));
  try {
    const promptFile = join(folder, "prompt.md");
    await writeFile(promptFile, prompt);
    const adapter = codex([process.execPath, APP_SERVER, "answers", "app-server"]);
    const request = aLaunchRequest({ prompt, promptFile });
    const [executable = "", ...args] = adapter.launch(request).command;
    const { stdout } = await execa(executable, args, { stdin: "ignore" });
    const told = stdout.split("\n").find((line) => line.includes("You said: ")) ?? "{}";
    const { item } = JSON.parse(told) as { item: { text: string } };
    return item.text.slice("You said: ".length);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("a command that names the app server is run over the bridge, and listens", () => {
  const adapter = codex(["codex", "-c", "a=b", "app-server"], "gpt-5");
  const request = aLaunchRequest({ promptFile: "/a/prompt.md", resumeSessionId: SESSION });
  const { command, stdinFile } = adapter.launch(request);
  const options = `--prompt=/a/prompt.md --id=k3f9-1 --model=gpt-5 --resume=${SESSION}`;
  const started = ["--", "codex", "-c", "a=b", "app-server"];
  expect(command).toEqual([...BRIDGE, ...options.split(" "), ...started]);
  expect(stdinFile).toBeUndefined();
  expect(adapter.steering).toBeDefined();
  expect(adapter.openSession?.("id").command).toEqual(
    "codex -c a=b resume id --model gpt-5".split(" "),
  );
  expect(codex().steering).toBeUndefined();
});

test("a sandbox of one's own is left alone over the app server, too", () => {
  const { command } = launched(["codex", "app-server", "-c", 'sandbox_mode="read-only"']);
  expect(command).toContain("--own-sandbox");
  expect(launched(["codex", "app-server"]).command).not.toContain("--own-sandbox");
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
