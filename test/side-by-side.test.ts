import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { machineProcessTable } from "../src/agents/process/process-table.ts";
import { createOrchestra } from "../src/index.ts";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { holdAgent } from "./held-agent.ts";

// What was reproduced in the file-based queue that this one takes after, done here in the same way.
// Each test has the name of the failure that there is there, and shows that it cannot be here.

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
workspace: { root: ../worktrees }
`;

/** What agents wrote down, outside of their worktrees. */
function noted(project: RealProject): string[] {
  const file = join(project.root, "../notes");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}

function note(project: RealProject, what: string): string {
  return `echo ${what} >> '${join(project.root, "../notes")}'`;
}

type Shown = {
  readonly task: { readonly state: string };
  readonly attempts: readonly { readonly state: string; readonly failure?: object }[];
};

async function shown(project: RealProject, id: string): Promise<Shown> {
  return (await project.json("show", id)) as Shown;
}

test("retry storm: a failing task is launched as often as its retries say, however often one looks", async () => {
  using project = createProject(CONFIG);
  const prompt = `${note(project, "launched")}; exit 3`;
  await project.orchestra("start", prompt, "--id", "fails", "--max-retries", "2");
  expect((await project.orchestra("run")).exitCode).toBe(4);
  expect(noted(project)).toHaveLength(3);

  for (let looks = 0; looks < 4; looks += 1) await project.orchestra("status");
  await project.orchestra("run");
  expect(noted(project)).toHaveLength(3);
  expect(await project.json("status")).toMatchObject({
    tasks: [{ id: "fails", state: "waiting_human" }],
  });
});

test("double launch: four runs at once launch every task once", async () => {
  using project = createProject(CONFIG);
  const ids = ["a", "b", "c", "d", "e", "f"];
  for (const id of ids) {
    const prompt = `${note(project, id)}; echo ${id} > ${id}.txt; exit 0`;
    await project.orchestra("start", prompt, "--id", id);
  }
  const runs = Array.from({ length: 4 }, async () => project.orchestra("run", "--parallel", "3"));
  for (const { exitCode } of await Promise.all(runs)) expect(exitCode).toBe(0);
  // Those that only watched may have ended while the one that worked still did.
  expect((await project.orchestra("run")).exitCode).toBe(0);
  expect(noted(project).toSorted()).toEqual(ids);
});

test("id collision: fifty tasks queued within a millisecond, and eight by processes at once, are fifty-eight", async () => {
  using project = createProject(CONFIG);
  await using orchestra = await createOrchestra({ root: project.root });
  const prompts = Array.from({ length: 50 }, (_, at) => `Task ${at}`);
  await Promise.all([
    ...prompts.map(async (prompt) => orchestra.submit({ prompt })),
    ...prompts.slice(0, 8).map(async (prompt) => project.orchestra("start", prompt)),
  ]);
  const tasks = await orchestra.tasks();
  expect(new Set(tasks.map(({ id }) => id)).size).toBe(58);
  expect(new Set(tasks.map(({ prompt }) => prompt)).size).toBe(50);
});

test("lost exit code: an agent whose run is gone ends as it ends, and the next run knows how", async () => {
  using project = createProject(CONFIG);
  const held = holdAgent(project);
  const failing = `${held.waits}; exit 3`;
  await project.orchestra("start", failing, "--id", "three", "--max-retries", "0");
  const running = project.start("run");
  const gone = once(running, "exit");
  await held.began();
  running.kill("SIGKILL");
  await gone;
  await held.goOn();

  await project.orchestra("start", "echo x > x.txt; exit 0", "--id", "zero");
  expect((await project.orchestra("run")).exitCode).toBe(4);
  expect(await shown(project, "three")).toMatchObject({
    task: { state: "waiting_human" },
    attempts: [{ state: "failed", failure: { message: expect.stringContaining("code 3") } }],
  });
  expect(await shown(project, "zero")).toMatchObject({ task: { state: "complete" } });
});

test("unenforced timeout: a silent agent is ended when its time is up, also by a run that came later", async () => {
  using project = createProject(CONFIG);
  const limits = ["--timeout", "2s", "--max-retries", "0"];
  await project.orchestra("start", "sleep 60; exit 0", "--id", "silent", ...limits);
  const held = holdAgent(project);
  await project.orchestra("start", `${held.waits}; sleep 60`, "--id", "left", ...limits);
  const running = project.start("run");
  const gone = once(running, "exit");
  await held.began();
  running.kill("SIGKILL");
  await gone;

  const startedMs = Date.now();
  expect((await project.orchestra("run")).exitCode).toBe(4);
  expect(Date.now() - startedMs).toBeLessThan(20_000);
  for (const id of ["silent", "left"]) {
    expect(await shown(project, id)).toMatchObject({
      task: { state: "waiting_human" },
      attempts: [{ state: "timed_out", failure: { class: "timeout" } }],
    });
  }
});

test("surviving grandchildren: what a cancelled agent has started ends with it, wherever it went", async () => {
  using project = createProject(CONFIG);
  const held = holdAgent(project);
  const child = `sh -c '${note(project, "$$")}; exec sleep 300'`;
  const deaf = `sh -c 'trap "" TERM HUP; ${note(project, "$$")}; while :; do sleep 1; done'`;
  const away = `setsid sh -c '${note(project, "$$")}; exec sleep 300'`;
  const told = `until [ "$(wc -l < '${join(project.root, "../notes")}')" = 3 ]; do sleep 0.1; done`;
  const prompt = `${child} & ${deaf} & ${away} & ${told}; ${held.waits}; wait`;
  writeFileSync(join(project.root, "../notes"), "");
  await project.orchestra("start", prompt, "--id", "parent");
  const running = project.start("run");
  const ended = once(running, "exit");
  await held.began();
  const pids = noted(project).map(Number);
  expect(pids.filter(isAlive)).toHaveLength(3);

  expect((await project.orchestra("cancel", "parent")).exitCode).toBe(0);
  await ended;
  expect(pids.filter(isAlive)).toEqual([]);
  expect(await shown(project, "parent")).toMatchObject({ task: { state: "cancelled" } });
});

/** One that is dead and that nobody has asked about is not. */
function isAlive(pid: number): boolean {
  return machineProcessTable().find(pid) !== undefined;
}

test("hijacked placeholders: what a prompt holds reaches the agent as it was written", async () => {
  using project = createProject(`agents:
  echo: { adapter: command, command: [sh, echo.sh, "{prompt}", "{task_id}", "{agent}"] }
`);
  writeFileSync(
    join(project.root, "echo.sh"),
    'printf "%s|" "$2" "$3" > args.txt; printf "%s" "$1" > prompt.txt\n',
  );
  project.git("add", "-A");
  project.git("commit", "-q", "-m", "Add the agent");
  const prompt = "keep {agent} {taskId} {task_id} {prompt} $& $1 {{x}} %s 'q' \"q\" `q` \\";
  await project.orchestra("start", prompt, "--id", "mine");
  expect((await project.orchestra("run")).exitCode).toBe(0);
  expect(project.git("show", "main:args.txt")).toBe("mine|echo|");
  expect(project.git("show", "main:prompt.txt").split("\n")[0]).toBe(prompt);
});
