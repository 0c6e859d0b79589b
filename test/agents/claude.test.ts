import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { FailureClass } from "../../src/core/failure.ts";
import { createClaudeAdapter } from "../../src/agents/claude/claude.ts";
import { probeAgent } from "../../src/agents/probe.ts";
import { anAgentConfig } from "../../src/agents/testing/requests.ts";
import { SUBSCRIPTION } from "./claude-env.ts";
import { createPlace, startClaude, type Place } from "./claude-session.ts";
import { CLAUDE_VERSION, installClaude } from "./install-claude.ts";
import { spentInTurns, type Script, type Turn } from "./script.ts";
import { startScriptedEndpoint } from "./scripted-endpoint.ts";
import { until } from "./until.ts";

let claude: string;
beforeAll(async () => {
  claude = await installClaude();
});

test("a tool call writes a real file, and tokens and cost are the script's to the unit", async () => {
  using place = createPlace();
  const file = join(place.workspace, "hello.txt");
  const first = { input: 1_003, cacheRead: 0, cacheWrite: 4_001, output: 57 };
  const second = { input: 11, cacheRead: 5_004, cacheWrite: 60, output: 7 };
  await using endpoint = await startScriptedEndpoint({
    write: [
      {
        text: "I write it.",
        tool: "Write",
        input: { file_path: file, content: "hi\n" },
        usage: first,
      },
      { text: "Written.", usage: second },
    ],
  });
  const sessionId = randomUUID();
  const request = { prompt: "[script:write] Greet.", sessionId };
  const { report, outcome } = await startClaude({ claude, place, endpoint, request }).end;

  expect(outcome).toEqual({ kind: "succeeded", summary: "Written." });
  expect(readFileSync(file, "utf8")).toBe("hi\n");
  // 3, 3.75, 0.3 and 15 dollars for a million tokens.
  const costUsd = (1_014 * 3 + 4_061 * 3.75 + 5_004 * 0.3 + 64 * 15) / 1e6;
  expect(report).toEqual({
    sessionId,
    model: "claude-sonnet-4-5",
    strangeLine: undefined,
    usage: {
      inputTokens: 1_014,
      cacheReadTokens: 5_004,
      cacheWriteTokens: 4_061,
      outputTokens: 64,
      reasoningTokens: 0,
    },
    costUsd: Number(costUsd.toFixed(9)),
    failure: undefined,
    resultText: "Written.",
    lastMessages: ["I write it.", "Written."],
    hasOutput: true,
    heard: ["k3f9-1"],
    isTurnOver: true,
  });
});

test("a resumed session knows what was said, and reports only its own use", async () => {
  using place = createPlace();
  await using endpoint = await startScriptedEndpoint({
    two: [{ tool: "Bash", input: { command: "ls" } }, { text: "First." }, { text: "Second." }],
  });
  const sessionId = randomUUID();
  const begun = { prompt: "[script:two] Begin.", sessionId };
  const first = await startClaude({ claude, place, endpoint, request: begun }).end;
  const resumed = { prompt: "Go on.", resumeSessionId: sessionId, attemptId: "k3f9-2" };
  const second = await startClaude({ claude, place, endpoint, request: resumed }).end;

  expect(first.report).toMatchObject(spentInTurns(2));
  expect(second.report).toMatchObject({ ...spentInTurns(1), sessionId, resultText: "Second." });
  const said = endpoint.requests
    .at(-1)
    ?.texts.map(({ text }) => text)
    .join("\n");
  expect(said).toMatch(/Begin\.[^]*First\.[^]*Go on\./);
});

test("a session that is killed reports what it began to use, and can be resumed", async () => {
  using place = createPlace();
  await using endpoint = await startScriptedEndpoint({
    killed: [
      { tool: "Bash", input: { command: "ls" } },
      { hang: true, text: "I think about it." },
      { text: "Done after all." },
    ],
  });
  const sessionId = randomUUID();
  const request = { prompt: "[script:killed] Begin.", sessionId };
  const hanging = startClaude({ claude, place, endpoint, request });
  await hanging.event((event) => event.kind === "text" && event.text === "I think about it.");
  // It keeps its session a moment after it has said something; before, there is nothing to resume.
  await until(async () => isKept(place, sessionId) || undefined);
  hanging.kill();
  const killed = await hanging.end;
  const resumed = { prompt: "Go on.", resumeSessionId: sessionId, attemptId: "k3f9-2" };
  const { report } = await startClaude({ claude, place, endpoint, request: resumed }).end;

  expect(killed.outcome).toMatchObject({ failure: { class: "process_crash" } });
  expect(killed.report).toMatchObject({
    sessionId,
    // How much it said is told only at the end of an answer.
    usage: { ...spentInTurns(2).usage, outputTokens: 2 },
    costUsd: undefined,
  });
  expect(report).toMatchObject({ ...spentInTurns(1), resultText: "Done after all." });
});

/** Whether the answer to its first tool is in the file of the session. */
function isKept({ home }: Place, sessionId: string): boolean {
  const name = readdirSync(home, { recursive: true, encoding: "utf8" }).find((path) =>
    path.endsWith(`${sessionId}.jsonl`),
  );
  return name !== undefined && readFileSync(join(home, name), "utf8").includes("tool_result");
}

test("what a subagent uses counts, and what it says is no answer", async () => {
  using place = createPlace();
  const input = {
    description: "Look",
    prompt: "[script:helper] Look.",
    subagent_type: "general-purpose",
    run_in_background: false,
  };
  await using endpoint = await startScriptedEndpoint({
    leader: [{ tool: "Task", input }, { text: "It looked." }],
    helper: [{ tool: "Bash", input: { command: "ls" } }, { text: "I looked." }],
  });
  const request = { prompt: "[script:leader] Have somebody look." };
  const { report } = await startClaude({ claude, place, endpoint, request }).end;
  expect(report).toMatchObject({ ...spentInTurns(4), lastMessages: ["It looked."] });
});

function refused(status: number, type: string, message: string): Turn {
  return { status, error: { type, message } };
}

const TOO_LONG = "prompt is too long: 210000 tokens > 200000 maximum";
const NO_CREDIT = "Your credit balance is too low to access the Anthropic API.";

test.each<readonly [string, FailureClass, Turn]>([
  ["a refused key", "auth", refused(401, "authentication_error", "invalid x-api-key")],
  ["a forbidden call", "auth", refused(403, "permission_error", "not allowed")],
  ["no credit left", "budget", refused(400, "invalid_request_error", NO_CREDIT)],
  ["too long a prompt", "context_overflow", refused(400, "invalid_request_error", TOO_LONG)],
  [
    "an unknown model",
    "model_not_found",
    refused(404, "not_found_error", "model: claude-sonnet-4-5"),
  ],
  ["too many requests", "rate_limit", refused(429, "rate_limit_error", "Too many requests.")],
  ["a broken server", "provider_error", refused(500, "api_error", "Internal server error")],
  ["an overloaded server", "provider_error", refused(529, "overloaded_error", "Overloaded")],
  ["no event stream", "provider_error", { garbage: "<html>\u0000 no stream </html>\n\n" }],
])("%s ends an attempt as %s", async (_name, failureClass, turn) => {
  using place = createPlace();
  // A client may ask again in another way before it gives up.
  const bad: Script = Array.from({ length: 5 }, () => turn);
  await using endpoint = await startScriptedEndpoint({ bad });
  const request = { prompt: "[script:bad] Try." };
  const { report, outcome } = await startClaude({ claude, place, endpoint, request }).end;

  expect(outcome).toMatchObject({
    kind: "failed",
    end: "failed",
    failure: { class: failureClass },
  });
  expect(report).toMatchObject({ usage: spentInTurns(0).usage, costUsd: 0 });
});

test("a usage limit of a subscription tells to the second when work may go on", async () => {
  using place = createPlace();
  const resetsAtS = Math.floor(Date.now() / 1_000) + 7_200;
  const limited: Turn = {
    status: 429,
    headers: {
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-reset": String(resetsAtS),
      "anthropic-ratelimit-unified-representative-claim": "five_hour",
    },
    error: { type: "rate_limit_error", message: "Usage limit." },
  };
  await using endpoint = await startScriptedEndpoint({ limited: [limited] });
  const request = { prompt: "[script:limited] Try." };
  const account = SUBSCRIPTION;
  const { outcome } = await startClaude({ claude, place, endpoint, request, account }).end;

  expect(outcome).toMatchObject({
    failure: {
      class: "quota",
      resetAtMs: resetsAtS * 1_000,
      message: expect.stringMatching(/limit.*resets/),
    },
  });
});

test("an endpoint that nobody answers at is a failure of the network", async () => {
  using place = createPlace();
  const { url } = await startScriptedEndpoint({}).then(async (endpoint) => {
    await endpoint[Symbol.asyncDispose]();
    return endpoint;
  });
  const { outcome } = await startClaude({ claude, place, endpoint: { url } }).end;
  expect(outcome).toMatchObject({ failure: { class: "network" } });
});

test("a session that is not there is a failure that is not resumed again", async () => {
  using place = createPlace();
  const endpoint = { url: "http://127.0.0.1:9" };
  const request = { resumeSessionId: randomUUID() };
  const { outcome } = await startClaude({ claude, place, endpoint, request }).end;
  expect(outcome).toMatchObject({
    failure: { class: "unknown", message: expect.stringMatching(/No conversation found/) },
  });
});

test.each([
  ["--max-turns", "1"],
  ["--max-budget-usd", "0.001"],
])("what was used until %s %s ended the work counts", async (...args) => {
  using place = createPlace();
  const step: Turn = { tool: "Bash", input: { command: "ls" } };
  await using endpoint = await startScriptedEndpoint({ long: [step, step, { text: "End." }] });
  const request = { prompt: "[script:long] Work." };
  const { report, outcome } = await startClaude({ claude, place, endpoint, request, args }).end;

  expect(outcome).toMatchObject({ failure: { class: "budget" } });
  expect(report).toMatchObject(spentInTurns(1));
});

test.each([
  ["begins with a dash", "--version"],
  ["holds 100 kB", "line of text\n".repeat(8_000)],
  ["holds quotes, line separators and other letters", `'"\`$(x) \u2028\u2029 ünïcödé 😀 {prompt}`],
])("a prompt that %s reaches the model unchanged", async (_name, text) => {
  using place = createPlace();
  await using endpoint = await startScriptedEndpoint({ echo: [{ text: "Heard." }] });
  const prompt = `${text} [script:echo]`;
  const { outcome } = await startClaude({ claude, place, endpoint, request: { prompt } }).end;
  expect(outcome.kind).toBe("succeeded");
  expect(endpoint.requests[0]?.prompt.endsWith(prompt)).toBe(true);
});

test("started from inside of a Claude Code, it is a session of its own", async () => {
  using place = createPlace();
  const command = "echo ${CLAUDE_CODE_SESSION_ID} ${CLAUDE_CODE_LAUNCHED_BY_SESSION_IDS:-none}";
  await using endpoint = await startScriptedEndpoint({
    nested: [{ tool: "Bash", input: { command } }, { text: "Done." }],
  });
  const [outer, sessionId] = [randomUUID(), randomUUID()];
  const surroundings = {
    CLAUDECODE: "1",
    CLAUDE_CODE_ENTRYPOINT: "cli",
    CLAUDE_CODE_CHILD_SESSION: "1",
    CLAUDE_CODE_SESSION_ID: outer,
    CLAUDE_CODE_LAUNCHED_BY_SESSION_IDS: outer,
  };
  const request = { prompt: "[script:nested] Work.", sessionId };
  const session = startClaude({ claude, place, endpoint, request, surroundings });
  const told = await session.event(({ kind }) => kind === "tool_ended");
  await session.end;
  expect(told).toMatchObject({ output: expect.stringContaining(sessionId) });
  expect(told).not.toMatchObject({ output: expect.stringContaining(outer) });
});

test("the probe tells the installed version", async () => {
  const config = anAgentConfig({ adapter: "claude", command: [claude] });
  const place = { cwd: process.cwd(), path: process.env["PATH"] ?? "" };
  const adapter = createClaudeAdapter(config, { isRoot: false });
  expect(await probeAgent(adapter, config, place)).toEqual({
    isInstalled: true,
    version: CLAUDE_VERSION,
    problem: undefined,
  });
});
