import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { holdAgent } from "./held-agent.ts";
import { REPORT_SHAPES } from "./report-shapes.ts";

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: []
`;

/** A process that waits, and what it ends with. */
async function endOf(waiting: ChildProcess) {
  if (!waiting.stdout) throw new Error("It has no streams.");
  const [printed, [exitCode]] = await Promise.all([text(waiting.stdout), once(waiting, "exit")]);
  return { exitCode: Number(exitCode), ...REPORT_SHAPES.Wait.parse(JSON.parse(printed)) };
}

async function start(project: RealProject, id: string, script: string, ...more: readonly string[]) {
  await project.orchestra("start", `${script}; exit 0`, "--id", id, "--max-retries", "0", ...more);
}

test("a queue that has nothing to do is at rest at once", async () => {
  using project = createProject(CONFIG);
  expect(await project.orchestra("wait")).toEqual({
    exitCode: 0,
    stdout: "The queue is empty.\n",
    stderr: "",
  });
  expect((await project.orchestra("wait", "nothing")).exitCode).toBe(2);
  await start(project, "a", "echo x > a.txt");
  await project.orchestra("run");
  expect(await project.orchestra("wait")).toMatchObject({ exitCode: 0, stdout: "1 complete\n" });
  expect((await project.orchestra("wait", "nothing")).exitCode).toBe(2);
});

test("who waits is woken when its task completes, while others go on", async () => {
  using project = createProject(CONFIG);
  const agent = holdAgent(project);
  await start(project, "slow", `echo x > slow.txt; ${agent.waits}`);
  await start(project, "quick", "echo x > quick.txt");
  const waiting = project.start("wait", "quick", "--json");
  const ended = endOf(waiting);
  if (!waiting.stderr) throw new Error("It has no streams.");
  const [note] = await once(createInterface(waiting.stderr), "line");
  expect(note).toContain("Nobody works the queue");
  const over = once(project.start("run"), "exit");
  expect(await ended).toMatchObject({
    exitCode: 0,
    end: { kind: "rest" },
    counts: { active: 1 },
    tasks: [{ id: "quick", state: "complete", rest: "complete" }],
  });
  const all = endOf(project.start("wait", "--json"));
  await agent.began();
  await agent.goOn();
  expect(await all).toMatchObject({ exitCode: 0, counts: { complete: 2 }, tasks: [] });
  await over;
});

test("it ends like run: what waits for a person is at rest, and so is all that waits for that", async () => {
  using project = createProject(CONFIG);
  await start(project, "bad", "exit 3");
  await start(project, "late", "echo x > late.txt", "--after", "bad");
  const ran = await project.orchestra("run");
  expect(ran.exitCode).toBe(4);
  expect(await endOf(project.start("wait", "--json"))).toMatchObject({
    exitCode: 4,
    interrupts: [{ taskId: "bad" }],
  });
  expect(await project.orchestra("wait", "late")).toMatchObject({
    exitCode: 4,
    stdout: "· planned  late  echo x > late.txt; exit 0\n",
    stderr: expect.stringContaining("waits for you"),
  });
  await project.orchestra("cancel", "bad");
  expect((await project.orchestra("wait", "bad")).exitCode).toBe(1);
});

test("a merge that waits for a clean check-out is at rest", async () => {
  using project = createProject(CONFIG);
  await start(project, "a", "echo x > README.md");
  writeFileSync(join(project.root, "README.md"), "unsaved\n");
  expect((await project.orchestra("run")).exitCode).toBe(4);
  expect(await project.orchestra("wait", "a")).toMatchObject({
    exitCode: 4,
    stdout: expect.stringContaining("in proof  a"),
  });
  expect((await project.orchestra("wait")).exitCode).toBe(4);
});

test("what wants an agent that is not configured is at rest, as run has it", async () => {
  using project = createProject(`${CONFIG}defaults: { agent: shell }\n`);
  await start(project, "a", "echo x > a.txt");
  writeFileSync(join(project.root, "orchestra.yaml"), "agents: { other: { command: [sh] } }\n");
  expect((await project.orchestra("run")).exitCode).toBe(3);
  expect((await project.orchestra("wait")).exitCode).toBe(3);
  expect((await project.orchestra("wait", "a")).exitCode).toBe(3);
});

test("what an agent cannot work until a person has put it right is at rest", async () => {
  using project = createProject("agents: { gone: { command: [no-such-command] } }\nchecks: []\n");
  await start(project, "a", "x");
  await start(project, "b", "x");
  await project.orchestra("run", "-p", "1");
  expect(await project.json("status")).toMatchObject({ counts: { ready: 1, waiting_human: 1 } });
  expect((await project.orchestra("wait")).exitCode).toBe(4);
  expect((await project.orchestra("wait", "a", "b")).exitCode).toBe(4);
});

test("an agent that did not find something of a task's own can work the others", async () => {
  using project = createProject(CONFIG);
  await start(project, "a", "exit 127");
  expect((await project.orchestra("run")).exitCode).toBe(4);
  await start(project, "b", "echo x > b.txt");
  expect((await project.orchestra("wait", "b", "--timeout", "1s")).exitCode).toBe(6);
});

test("when the time is up it says so, and how things are", async () => {
  using project = createProject(CONFIG);
  await start(project, "a", "echo x > a.txt");
  expect(await project.orchestra("wait", "--timeout", "1s")).toEqual({
    exitCode: 6,
    stdout: "1 ready\n",
    stderr: expect.stringContaining("Not at rest yet when the time was up"),
  });
  expect(await endOf(project.start("wait", "a", "--timeout", "1s", "--json"))).toMatchObject({
    exitCode: 6,
    end: { kind: "timeout" },
    tasks: [{ id: "a", state: "ready" }],
  });
  expect((await project.orchestra("wait", "--timeout", "soon")).exitCode).toBe(2);
});

test("Ctrl-C ends waiting, and nothing else", async () => {
  using project = createProject(CONFIG);
  await start(project, "a", "echo x > a.txt");
  const waiting = project.start("wait", "--json");
  const ended = endOf(waiting);
  if (!waiting.stderr) throw new Error("It has no streams.");
  await once(createInterface(waiting.stderr), "line");
  waiting.kill("SIGINT");
  expect(await ended).toMatchObject({ exitCode: 130, end: { kind: "stopped" } });
});
