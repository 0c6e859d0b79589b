import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAlive } from "./agents/living-processes.ts";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { until } from "./agents/until.ts";
import { holdAgent } from "./held-agent.ts";
import { exitOf } from "./exit-of.ts";

/** Agents are shell lines, read from the prompt. */
const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: []
`;

type Shown = {
  readonly task: {
    readonly state: string;
    readonly failureCount: number;
    readonly messages?: readonly { readonly isHeard: boolean }[];
  };
  readonly attempts: readonly { readonly state: string; readonly pid?: number }[];
};

const shown = async (project: RealProject, id: string): Promise<Shown> =>
  (await project.json("show", id)) as Shown;

test("a run counts all tasks that are paused, however many", async () => {
  using project = createProject(CONFIG);
  const boxes = Array.from({ length: 120 }, (_, at) => `- [ ] Task ${at}`);
  writeFileSync(join(project.root, "tasks.md"), boxes.join("\n"));
  await project.orchestra("import", "tasks.md");
  await project.orchestra("pause", "--all");
  const { exitCode, stderr } = await project.orchestra("run");
  expect({ exitCode, stderr }).toEqual({
    exitCode: 4,
    stderr: expect.stringMatching(
      /^120 tasks paused: .*--all\nDone but for.*: 120 tasks, 0 merges/,
    ),
  });
});

test("what is sent to a command at work is in the prompt of its next turn", async () => {
  using project = createProject(CONFIG);
  const held = holdAgent(project);
  const prompt = `[ -e one.txt ] || { echo x > one.txt; ${held.waits}; }\nexit 0`;
  await project.orchestra("start", prompt, "--id", "a", "--max-retries", "0");
  const ended = once(project.start("run"), "exit");
  await held.began();
  const sent = await project.json("send", "a", "Use the v2 API.");
  expect(sent).toEqual({ id: "a", messageId: "a-m1", unheard: 1 });
  await held.goOn();
  expect(await ended).toEqual([0, null]);

  const { task, attempts } = await shown(project, "a");
  expect(task).toMatchObject({ state: "complete", failureCount: 0, messages: [{ isHeard: true }] });
  expect(attempts).toMatchObject([{ state: "cancelled" }, { state: "succeeded" }]);
  expect(project.read(".orchestra/attempts/a-2/prompt.md")).toContain("Use the v2 API.");
});

test("a paused task rests until it is resumed, and its processes are gone", async () => {
  using project = createProject(CONFIG);
  await project.orchestra(
    "start",
    "[ -e x.txt ] || { echo x > x.txt; sleep 600; }\nexit 0",
    "--id",
    "a",
  );
  const ended = once(project.start("run"), "exit");
  const pid = await until(async () => (await shown(project, "a")).attempts[0]?.pid);
  await project.orchestra("pause", "a");
  const [exitCode] = await ended;
  expect(exitCode).toBe(4);
  expect(isAlive(pid)).toBe(false);
  expect((await project.orchestra("status")).stdout).toMatch(/paused[^]*orchestra resume a/);
  expect(await project.orchestra("wait")).toMatchObject({ exitCode: 4 });
  expect((await project.orchestra("run")).stderr).toContain("orchestra resume a");

  expect((await project.orchestra("resume", "--all")).stdout).toContain("a goes on");
  expect((await project.orchestra("run")).exitCode).toBe(0);
  expect(project.read("x.txt")).toBe("x\n");
  expect((await shown(project, "a")).task).toMatchObject({ state: "complete", failureCount: 0 });
});

test("pausing where nobody works ends the agent's processes, and gives its attempt back", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", "echo x > x.txt; sleep 600\nexit 0", "--id", "a");
  const running = project.start("run");
  const pid = await until(async () => (await shown(project, "a")).attempts[0]?.pid);
  running.kill("SIGKILL");
  await exitOf(running);

  const paused = await project.orchestra("pause", "--all");
  expect(paused).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(
      /is paused[^]*\n1 task paused, and none that is added later: .*orchestra daemon stop/,
    ),
  });
  expect(isAlive(pid)).toBe(false);
  const { task, attempts } = await shown(project, "a");
  expect(task.state).toBe("ready");
  expect(attempts).toMatchObject([{ state: "cancelled" }]);
});

test("who interrupts an agent that a pause is stopping is told that it hears it when it is resumed", async () => {
  using project = createProject(CONFIG);
  const held = holdAgent(project);
  const prompt = `trap '' TERM\n${held.waits} || sleep 60\nexit 0`;
  await project.orchestra("start", prompt, "--id", "a");
  const ended = once(project.start("run"), "exit");
  await held.began();
  await project.orchestra("pause", "a");
  expect(await project.orchestra("interrupt", "a", "Use the v2 API.")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^a hears it when it is resumed/),
  });
  await ended;
});

test("whoever steers what cannot be steered is told what to do, and changes nothing", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", "echo x > x.txt\nexit 0", "--id", "done");
  await project.orchestra("run");
  await project.orchestra("start", "exit 0", "--id", "idle");
  for (const [args, words] of [
    [["send", "done", "More."], "orchestra start"],
    [["send", "idle", " "], "nothing in the message"],
    [["interrupt", "idle"], "orchestra send idle"],
    [["pause", "done"], "nothing to pause"],
    [["pause"], "--all"],
    [["pause", "idle", "done"], "nothing to pause"],
    [["resume", "idle"], "not paused"],
    [["resume", "idle", "--all"], "--all"],
  ] as const) {
    expect(await project.orchestra(...args)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(words),
    });
  }
  expect((await shown(project, "idle")).task).not.toHaveProperty("pausedAtMs");
});
