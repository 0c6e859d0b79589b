import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { until } from "./agents/until.ts";
import { holdAgent } from "./held-agent.ts";
import { REPORT_SHAPES } from "./report-shapes.ts";

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: []
`;
const { DaemonInstall, DaemonStart, DaemonStatus, DaemonStop, DaemonUninstall } = REPORT_SHAPES;

/** Whatever a test leaves running ends with it. */
function createDaemonProject(): RealProject & AsyncDisposable {
  const project = createProject(CONFIG);
  return {
    ...project,
    [Symbol.asyncDispose]: async () => {
      await project.orchestra("daemon", "stop", "--agents");
      project[Symbol.dispose]();
    },
  };
}

async function isComplete(project: RealProject, id: string): Promise<true | undefined> {
  const { stdout } = await project.orchestra("show", id, "--json");
  return stdout.includes('"state": "complete"') ? true : undefined;
}

test("a daemon works what comes, long after the queue was empty, and stops when it is told to", async () => {
  await using project = createDaemonProject();
  expect(await project.orchestra("daemon", "status")).toMatchObject({
    exitCode: 1,
    stdout: "Nobody works this queue. Start it: orchestra daemon start\n",
  });
  const started = DaemonStart.parse(await project.json("daemon", "start", "-p", "2"));
  const status = DaemonStatus.parse(await project.json("daemon"));
  expect(status).toEqual({ isRunning: true, process: started.process });
  expect(await project.orchestra("daemon", "start")).toMatchObject({
    exitCode: 75,
    stderr: expect.stringContaining(`Process ${started.process.pid} on `),
  });
  for (const id of ["first", "second"]) {
    await project.orchestra("start", `echo ${id} > ${id}.txt; exit 0`, "--id", id);
    await until(async () => isComplete(project, id));
  }
  const stopped = DaemonStop.parse(await project.json("daemon", "stop"));
  expect(stopped).toEqual({ wasRunning: true, agentsLeft: 0 });
  expect((await project.orchestra("daemon", "status")).exitCode).toBe(1);
  expect(readFileSync(started.log, "utf8")).toMatch(/^\d{4}-\d\d-\d\dT.*Z {2}.*second {2}queued/m);
  expect(await project.json("daemon", "stop")).toEqual({ wasRunning: false, agentsLeft: 0 });
});

test("a daemon that can place no task is no success, and what it said is told", async () => {
  await using project = createDaemonProject();
  await project.orchestra("start", "echo x > x.txt; exit 0", "--id", "one");
  using blackboard = new DatabaseSync(join(project.root, ".orchestra/blackboard.db"));
  const refusing = "before insert on attempts begin select raise(abort, 'full'); end";
  blackboard.exec(`create trigger full ${refusing}`);
  const { exitCode, stdout, stderr } = await project.orchestra("daemon", "start");
  expect({ exitCode, stdout }).toEqual({ exitCode: 75, stdout: "" });
  expect(stderr).toMatch(/^\d{4}-.*while dispatching: /m);
  expect(stderr).toMatch(
    /^orchestra: The daemon did not come to work, and was stopped\. .*said last/m,
  );
  expect((await project.orchestra("daemon", "status")).exitCode).toBe(1);

  blackboard.exec("drop trigger full");
  expect((await project.orchestra("daemon", "start")).exitCode).toBe(0);
  await until(async () => isComplete(project, "one"));
});

test("of two that are started at once one works, and no other is left behind to take over", async () => {
  await using project = createDaemonProject();
  const starts = [1, 2].map(async () => project.orchestra("daemon", "start"));
  const exitCodes = (await Promise.all(starts)).map(({ exitCode }) => exitCode);
  expect(new Set(exitCodes)).toEqual(new Set([0, 75]));
  await project.orchestra("daemon", "stop");
  const { stdout } = await promisify(execFile)("ps", ["-e", "-o", "args"]);
  expect(stdout.split("\n").filter((line) => line.includes(project.root))).toEqual([]);
});

test("agents outlive the daemon that is stopped, unless they are to stop, too", async () => {
  await using project = createDaemonProject();
  const agent = holdAgent(project);
  const script = `${agent.waits}; echo x > x.txt; exit 0`;
  await project.orchestra("start", "shell", script, "--id", "held");
  await project.orchestra("daemon", "start");
  await agent.began();
  const left = await project.orchestra("daemon", "stop");
  expect(left.stdout).toContain("1 agent left running");
  expect(await project.json("ps")).toMatchObject({ agents: [{ process: "running" }] });
  const stopped = DaemonStop.parse(await project.json("daemon", "stop", "--agents"));
  expect(stopped).toEqual({ wasRunning: false, agentsLeft: 0 });
  expect(await project.json("show", "held")).toMatchObject({ task: { state: "ready" } });
});

test("a run beside a daemon ends when all has come to rest, with the exit code of that", async () => {
  await using project = createDaemonProject();
  await project.orchestra("daemon", "start");
  expect(await project.orchestra("run")).toMatchObject({ exitCode: 0 });
  await project.orchestra("start", "echo one > one.txt; exit 0", "--id", "one");
  await project.orchestra("start", "exit 0", "--id", "nothing", "--max-retries", "0");
  expect(await project.orchestra("run")).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining("What is left waits for you."),
  });
  expect((await project.orchestra("daemon", "status")).exitCode).toBe(0);
});

test("one that watches takes over when the daemon that it watched has gone", async () => {
  await using project = createDaemonProject();
  const { process: first } = DaemonStart.parse(await project.json("daemon", "start"));
  const second = project.start("run", "--watch");
  await until(async () => (second.exitCode === null ? true : undefined));
  await once(second.stderr ?? second, "data");
  process.kill(first.pid, "SIGKILL");
  const taken = await until(async () => {
    const { process: holder } = DaemonStatus.parse(await project.json("daemon"));
    return holder && holder.pid !== first.pid ? holder : undefined;
  });
  expect(taken.pid).toBe(second.pid);
  const ended = once(second, "exit");
  second.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});

test("what a daemon could not start with is told before it is started", async () => {
  await using project = createDaemonProject();
  const failed = await project.orchestra("daemon", "start", "-p", "0");
  expect(failed).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("--parallel must"),
  });
});

test("systemd has nothing against the unit that is written", async (context) => {
  context.skip(!existsSync("/usr/bin/systemd-analyze"), "It is not here.");
  using project = createProject(CONFIG);
  const value = await project.json("daemon", "install", "--for", "systemd");
  const { file } = DaemonInstall.parse(value);
  const { stderr } = await promisify(execFile)("systemd-analyze", ["verify", file]);
  expect(stderr).not.toContain(file);
});

test("a unit is written that nobody else may read, and removed again", async () => {
  using project = createProject(CONFIG);
  const dry = await project.orchestra("daemon", "install", "--for", "systemd", "--dry-run");
  const value = await project.json("daemon", "install", "--for", "systemd");
  const { file, text, enable } = DaemonInstall.parse(value);
  expect(dry.stdout).toBe(`# ${file}\n${text}`);
  expect(readFileSync(file, "utf8")).toBe(text);
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(enable).toContain("systemctl --user enable --now orchestra-project-");
  expect(text).toContain("KillMode=process");
  const removed = await project.json("daemon", "uninstall", "--for", "systemd");
  expect(DaemonUninstall.parse(removed)).toMatchObject({ isThere: true });
  expect(existsSync(file)).toBe(false);
});

test("launchd gets a property list that leaves agents alone", async () => {
  using project = createProject(CONFIG);
  const { text, file } = DaemonInstall.parse(
    await project.json("daemon", "install", "--for", "launchd", "--dry-run"),
  );
  expect(existsSync(file)).toBe(false);
  expect(text).toMatch(/<key>AbandonProcessGroup<\/key>\n {2}<true\/>/);
  expect(text).toContain("<string>--watch</string>");
});
