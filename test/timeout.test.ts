import { expect, test } from "vitest";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { until } from "./agents/until.ts";
import { holdAgent } from "./held-agent.ts";
import { REPORT_SHAPES } from "./report-shapes.ts";
import { exitOf } from "./exit-of.ts";

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
defaults: { agent: shell, timeout: 1m, stall: 30s }
checks: []
`;

async function timeouts(project: RealProject) {
  return REPORT_SHAPES.TimeoutList.parse(await project.json("timeout", "list")).attempts;
}

async function begun(project: RealProject, script: string, ...options: readonly string[]) {
  const agent = holdAgent(project);
  const prompt = `echo x > x.txt; test -e ../again && exit 0; touch ../again; ${agent.waits}; ${script}`;
  await project.orchestra("start", "shell", prompt, "--id", "held", ...options);
  const running = project.start("run");
  await agent.began();
  await until(async () => ((await timeouts(project)).length > 0 ? true : undefined));
  return { agent, running };
}

test("where nobody works, no time runs out", async () => {
  using project = createProject(CONFIG);
  expect((await project.orchestra("timeout")).stdout).toContain("no time runs out");
  await project.orchestra("start", "true", "--id", "idle");
  expect(await timeouts(project)).toEqual([]);
  const refused = await project.orchestra("timeout", "now", "idle");
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("no agent works") });
});

test("an agent is shown with its limits, and given more time for good", async () => {
  using project = createProject(CONFIG);
  const { agent, running } = await begun(project, "exit 0");
  const [before] = await timeouts(project);
  expect(before).toMatchObject({ taskId: "held", timeoutMs: 60_000, stallMs: 30_000 });
  expect(before?.leftMs).toBeLessThanOrEqual(60_000 - (before?.usedMs ?? 0));
  const extended = await project.json("timeout", "extend", "he", "30m");
  expect(REPORT_SHAPES.TimeoutExtend.parse(extended)).toMatchObject({ timeoutMs: 31 * 60_000 });

  running.kill("SIGKILL");
  await exitOf(running);
  expect(await timeouts(project)).toMatchObject([{ timeoutMs: 31 * 60_000 }]);
  expect((await project.orchestra("timeout")).stdout).toMatch(
    /^TASK +TRY +AGENT +LIMIT +USED +LEFT +STALL +QUIET +TITLE\nheld +1 +shell +31m00s +\d+s +3[01]m/,
  );
  await agent.goOn();
  expect((await project.orchestra("run")).exitCode).toBe(0);
  const refused = await project.orchestra("timeout", "extend", "held", "31d");
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("1s to 30d") });
});

test("an agent is ended as timed out at once, and its task goes to another attempt", async () => {
  using project = createProject(CONFIG);
  const { running } = await begun(project, "exit 0");
  const value = await project.json("timeout", "now", "held");
  expect(REPORT_SHAPES.TimeoutNow.parse(value)).toMatchObject({ id: "held" });
  await exitOf(running);
  expect(await project.json("show", "held")).toMatchObject({
    attempts: [
      { state: "timed_out", failure: { message: "A person ended it as timed out." } },
      { state: "succeeded" },
    ],
  });
});

test("where nobody works the queue, the command ends the agent itself", async () => {
  using project = createProject(CONFIG);
  const { running } = await begun(project, "exit 0", "--max-retries", "0");
  running.kill("SIGKILL");
  await exitOf(running);
  expect((await project.orchestra("timeout", "now", "held")).stderr).toContain("Stopping held");
  expect(await project.json("show", "held")).toMatchObject({
    task: { state: "waiting_human" },
    attempts: [{ state: "timed_out" }],
  });
  expect(await project.json("ps")).toEqual({ agents: [] });
});
