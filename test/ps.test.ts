import { resolve } from "node:path";
import { expect, test } from "vitest";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { until } from "./agents/until.ts";
import { holdAgent } from "./held-agent.ts";
import { REPORT_SHAPES } from "./report-shapes.ts";
import { exitOf } from "./exit-of.ts";

const STREAM = resolve("test/fixtures/streams/claude-success.jsonl");
/** One that prints what it is asked, and one that tells tokens before it is asked. */
const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
  teller: { adapter: claude, command: [sh, -c, "head -n 4 '${STREAM}'; sh -e $ORCHESTRA_PROCESS_FOLDER/prompt.md"] }
defaults: { agent: shell }
checks: []
`;

async function agentsIn(project: RealProject) {
  return REPORT_SHAPES.Ps.parse(await project.json("ps")).agents;
}

test("where nobody works, nobody is shown", async () => {
  using project = createProject(CONFIG);
  expect((await project.orchestra("ps")).stdout).toBe("No agent is at work.\n");
  await project.orchestra("start", "x");
  expect(await agentsIn(project)).toEqual([]);
});

test("an agent at work is shown with its process, how long it is quiet and what it has told", async () => {
  using project = createProject(CONFIG);
  const agent = holdAgent(project);
  await project.orchestra(
    "start",
    "shell",
    `echo said; echo x > x.txt; ${agent.waits}; exit 0`,
    "--id",
    "held",
  );
  const running = project.start("run");
  await agent.began();
  const [one] = await until(async () => {
    const agents = await agentsIn(project);
    return agents[0]?.lastOutputAtMs === undefined || agents[0].pid === undefined
      ? undefined
      : agents;
  });
  expect(one).toMatchObject({ taskId: "held", attempt: 1, step: "working", process: "running" });
  expect(one).not.toHaveProperty("usage");
  expect(one).not.toHaveProperty("costUsd");
  expect(() => process.kill(one?.pid ?? 0, 0)).not.toThrow();
  const { stdout } = await project.orchestra("ps");
  expect(stdout).toMatch(
    /^TASK +TRY +AGENT +PID +STEP +FOR +QUIET +TOKENS +COST +TITLE\nheld +1 +shell +\d+ +working +\d+s +\d+s +echo said/,
  );
  await agent.goOn();
  await exitOf(running);
  expect(await agentsIn(project)).toEqual([]);
});

test("show tells how long an agent has been at work, while it is", async () => {
  using project = createProject(CONFIG);
  const agent = holdAgent(project);
  await project.orchestra("start", `${agent.waits}; echo x > x.txt; exit 0`, "--id", "held");
  const running = project.start("run");
  await agent.began();
  const shown = await until(async () => {
    const { stdout } = await project.orchestra("show", "held");
    return /^Attempt 1 .*shell, [1-9]/m.test(stdout) ? stdout : undefined;
  });
  expect(shown).toMatch(/^Attempt 1 {2}running {2}shell, \d+s$/m);
  await agent.goOn();
  await exitOf(running);
});

test("tokens are shown while they are spent", async () => {
  using project = createProject(CONFIG);
  const agent = holdAgent(project);
  await project.orchestra(
    "start",
    "teller",
    `${agent.waits}; exit 1`,
    "--id",
    "t",
    "--max-retries",
    "0",
  );
  const running = project.start("run");
  await agent.began();
  const usage = await until(async () => (await agentsIn(project))[0]?.usage);
  expect(usage.outputTokens + usage.inputTokens + usage.cacheReadTokens).toBeGreaterThan(0);
  expect((await project.orchestra("ps")).stdout).toMatch(/teller .* in, .* out/);
  await agent.goOn();
  await exitOf(running);
});

test("where the dispatcher was killed, it is told that nobody takes up what the agent does", async () => {
  using project = createProject(CONFIG);
  const agent = holdAgent(project);
  await project.orchestra("start", "shell", `${agent.waits}; exit 0`, "--id", "left");
  const running = project.start("run");
  await agent.began();
  await until(async () => ((await agentsIn(project))[0]?.step === "working" ? true : undefined));
  running.kill("SIGKILL");
  await exitOf(running);
  expect((await project.orchestra("ps")).stdout).toContain("orchestra run goes on with them");
  await agent.goOn();
  await until(async () => ((await agentsIn(project))[0]?.step === "ended" ? true : undefined));
  await project.orchestra("cancel", "left");
});
