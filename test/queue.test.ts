import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { until } from "./agents/until.ts";
import { exitOf } from "./exit-of.ts";

/** Agents are shell lines, read from the prompt. */
const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: []
`;

type Shown = {
  readonly task: { readonly state: string; readonly waitReason?: string };
  readonly attempts: readonly {
    readonly state: string;
    readonly pid?: number;
    readonly branch: string;
  }[];
};

/** A prompt is a script; what Orchestra adds to it comes after its end. */
function script(line: string): string {
  return `${line}\nexit 0\n`;
}

async function shown(project: RealProject, id: string): Promise<Shown> {
  return (await project.json("show", id)) as Shown;
}

test("killed three times as it starts, it takes up the same processes and finishes each attempt once", async () => {
  using project = createProject(CONFIG);
  const log = join(project.root, "../starts.log");
  for (const id of ["a", "b", "c"]) {
    const line = `echo ${id} >> '${log}'; sleep 1.5; echo ${id} > ${id}.txt`;
    await project.orchestra("start", script(line), "--id", id);
  }
  for (const afterMs of [250, 500, 700]) {
    const running = project.start("run");
    await pause(afterMs);
    running.kill("SIGKILL");
    await exitOf(running);
  }

  expect((await project.orchestra("run")).exitCode).toBe(0);
  expect(readFileSync(log, "utf8").trim().split("\n").toSorted()).toEqual(["a", "b", "c"]);
  expect(["a", "b", "c"].map((id) => project.read(`${id}.txt`))).toEqual(["a\n", "b\n", "c\n"]);
  for (const id of ["a", "b", "c"]) expect((await shown(project, id)).attempts).toHaveLength(1);
  expect(project.git("worktree", "list").split("\n").length).toBeLessThanOrEqual(2);
  expect(project.git("branch", "--list", "orchestra/*")).toBe("");
});

test("Ctrl-C leaves agents running and says how to stop them; the next run takes them up", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", script("sleep 4; echo late > late.txt"), "--id", "late");
  const running = project.start("run");
  const { pid } = await untilRunning(project, "late");
  const said = collected(running.stderr);
  running.kill("SIGINT");
  await exitOf(running);
  expect(running.exitCode).toBe(130);
  expect(await said).toContain("orchestra cancel");

  expect((await project.orchestra("run")).exitCode).toBe(0);
  expect((await shown(project, "late")).attempts).toMatchObject([{ pid, state: "succeeded" }]);
});

test("Ctrl-C twice stops the agents, keeps their work, and leaves their tasks ready", async () => {
  using project = createProject(CONFIG);
  const line = "echo begun > begun.txt; sleep 60";
  await project.orchestra("start", script(line), "--id", "begun");
  const running = project.start("run");
  const { pid } = await untilRunning(project, "begun");
  await until(async () => existsSync(join(worktreeOf(project, "begun"), "begun.txt")) || undefined);
  running.kill("SIGINT");
  await until(async () => (running.stderr?.readableLength ?? 0) > 0 || undefined);
  running.kill("SIGINT");
  await exitOf(running);

  expect(isAlive(pid)).toBe(false);
  const { task, attempts } = await shown(project, "begun");
  expect(task.state).toBe("ready");
  expect(project.git("show", `${attempts[0]?.branch}:begun.txt`)).toBe("begun");
});

test("a second run on the same queue only watches, and says so", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", script("sleep 2; echo x > x.txt"), "--id", "x");
  const first = project.start("run");
  await untilRunning(project, "x");

  const second = await project.orchestra("run");
  expect(second.stderr).toContain("only watches");
  expect(second.exitCode).toBe(0);
  await exitOf(first);
  expect((await shown(project, "x")).attempts).toHaveLength(1);
});

test("cancelling where nobody works ends the agent's whole group and keeps its work", async () => {
  using project = createProject(CONFIG);
  const line = "echo kept > kept.txt; (sleep 60 & sleep 60)";
  await project.orchestra("start", script(line), "--id", "gone");
  const running = project.start("run");
  const { pid } = await untilRunning(project, "gone");
  running.kill("SIGKILL");
  await exitOf(running);

  expect((await project.orchestra("cancel", "gone")).exitCode).toBe(0);
  expect(isAlive(pid)).toBe(false);
  expect((await shown(project, "gone")).attempts).toMatchObject([{ state: "cancelled" }]);
  const { rescued } = (await project.json("recover")) as { rescued: { ref: string }[] };
  expect(rescued.map(({ ref }) => ref)).toEqual([expect.stringContaining("/gone/")]);
  await project.orchestra("recover", "gone", "--branch", "back");
  expect(project.git("show", "back:kept.txt")).toBe("kept");
});

test("a branch that is in the way of those of attempts is told before anything is worked", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", "exit 0", "--id", "one");
  project.git("branch", "orchestra");
  const refused = await project.orchestra("run");
  expect(refused).toMatchObject({ exitCode: 3, stdout: "" });
  expect(refused.stderr).toMatch(
    /^orchestra: A branch is called orchestra, .*: git branch -m .*\n$/,
  );
  expect(await project.json("status")).toMatchObject({ attempts: [], counts: { ready: 1 } });
});

test("a merge into a branch with uncommitted changes waits, and goes on when they are gone", async () => {
  using project = createProject(CONFIG);
  writeFileSync(join(project.root, "README.md"), "# Mine, and not committed\n");
  await project.orchestra("start", script("echo new > new.txt"), "--id", "new");

  const { exitCode } = await project.orchestra("run");
  expect(exitCode).toBe(4);
  expect((await shown(project, "new")).task.waitReason).toContain("Commit or stash");
  expect(project.read("README.md")).toBe("# Mine, and not committed\n");
  expect(existsSync(join(project.root, "new.txt"))).toBe(false);

  project.git("checkout", "--", "README.md");
  expect((await project.orchestra("run")).exitCode).toBe(0);
  expect(project.read("new.txt")).toBe("new\n");
});

test("work that is not merged stays on its branch, and the target branch where it was", async () => {
  using project = createProject(CONFIG);
  const before = project.git("rev-parse", "main");
  await project.orchestra("start", script("echo own > own.txt"), "--id", "own", "--no-merge");

  expect((await project.orchestra("run")).exitCode).toBe(0);
  const { attempts } = await shown(project, "own");
  expect(project.git("rev-parse", "main")).toBe(before);
  expect(project.git("show", `${attempts[0]?.branch}:own.txt`)).toBe("own");
});

test("an agent that claims success without a change fails with a reason", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", script("true"), "--id", "idle", "--max-retries", "0");

  expect((await project.orchestra("run")).exitCode).toBe(4);
  expect((await shown(project, "idle")).task.waitReason).toContain("without a change");
});

test("what another terminal queues is taken up by a queue that is being worked", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", script("sleep 3; echo a > a.txt"), "--id", "a");
  const running = project.start("run");
  await untilRunning(project, "a");
  await project.orchestra("start", script("echo b > b.txt"), "--id", "b");

  await until(async () => {
    const [a, b] = await Promise.all([shown(project, "a"), shown(project, "b")]);
    return a.task.state === "active" && b.attempts.length > 0 ? b : undefined;
  });
  await exitOf(running);
  expect(project.read("b.txt")).toBe("b\n");
});

async function untilRunning(project: RealProject, id: string): Promise<{ pid: number }> {
  return until(async () => {
    const [attempt] = (await shown(project, id)).attempts;
    return attempt?.pid === undefined ? undefined : { pid: attempt.pid };
  });
}

/** A zombie is dead: where nobody asks how it died, it stays in the table. */
function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.charAt(stat.lastIndexOf(")") + 2) !== "Z";
}

async function collected(stream: NodeJS.ReadableStream | null): Promise<string> {
  if (!stream) return "";
  const parts: string[] = [];
  for await (const part of stream) parts.push(String(part));
  return parts.join("");
}

function worktreeOf(project: RealProject, id: string): string {
  const lines = project.git("worktree", "list", "--porcelain").split("\n");
  return lines.find((line) => line.endsWith(`/${id}`))?.replace("worktree ", "") ?? "/nowhere";
}
