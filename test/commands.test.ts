import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, type TestContext } from "vitest";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { until } from "./agents/until.ts";
import { exitOf } from "./exit-of.ts";

/** Agents are shell lines, read from the prompt. */
const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: []
`;

function onLinux(context: TestContext): void {
  context.skip(process.platform !== "linux", "Its script is that of Linux.");
}

async function statesOf(project: RealProject): Promise<Record<string, string>> {
  const { tasks } = (await project.json("status")) as { tasks: { id: string; state: string }[] };
  return Object.fromEntries(tasks.map(({ id, state }) => [id, state]));
}

async function queued(...ids: readonly string[]): Promise<RealProject> {
  const project = createProject(CONFIG);
  for (const id of ids) await project.orchestra("start", "exit 3", "--id", id);
  return project;
}

test("from a linked worktree every command is about the project, also those that only look", async () => {
  using project = await queued("known");
  const linked = join(project.root, "../linked");
  project.git("worktree", "add", "--quiet", "-b", "side", linked);
  const { stdout } = await project.orchestraIn(linked, "status", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ tasks: [{ id: "known" }] });
  expect((await project.orchestraIn(linked, "show", "known")).exitCode).toBe(0);
});

test("a repository inside a project is a project of its own", async () => {
  using project = await queued("known");
  const inner = join(project.root, "inner");
  project.git("init", "-q", inner);
  const { stdout } = await project.orchestraIn(inner, "status", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ tasks: [] });
});

test("commands of an agent are about the repository that they are run in", async () => {
  using project = await queued("known");
  using other = createProject(CONFIG);
  const variables = { ORCHESTRA_ROOT: project.root };
  const { stdout } = await other.shell("orchestra status --json", variables);
  expect(JSON.parse(stdout)).toMatchObject({ tasks: [] });
});

test("a repository that cannot be worked in is not set up", async () => {
  using project = createProject(CONFIG);
  const bare = join(project.root, "../bare.git");
  const empty = join(project.root, "../empty");
  project.git("clone", "-q", "--bare", project.root, bare);
  project.git("init", "-q", empty);
  for (const folder of [bare, empty]) {
    expect((await project.orchestraIn(folder, "init")).exitCode).toBe(3);
    expect(existsSync(join(folder, "orchestra.yaml"))).toBe(false);
  }
});

test("a mistake in one of several tasks changes none, and a rehearsal tells of it", async () => {
  using project = await queued("a", "b");
  await project.orchestra("cancel", "b");
  for (const args of [
    ["cancel", "a", "b"],
    ["cancel", "a", "b", "--dry-run"],
  ]) {
    expect(await project.orchestra(...args)).toMatchObject({
      exitCode: 2,
      stdout: "",
      stderr: expect.stringContaining("Task b is cancelled"),
    });
  }
  expect((await project.orchestra("retry", "b", "a")).exitCode).toBe(2);
  expect(await statesOf(project)).toEqual({ a: "ready", b: "cancelled" });
});

test("several tasks are cancelled and retried in whatever order they are named, each once", async () => {
  using project = await queued("a");
  await project.orchestra("start", "exit 3", "--id", "b", "--after", "a");
  expect(await project.orchestra("cancel", "a", "b", "a", "--cascade")).toMatchObject({
    exitCode: 0,
    stdout: "a cancelled: exit 3\nb cancelled: exit 3\n",
  });
  expect((await project.orchestra("retry", "b", "a")).exitCode).toBe(0);
  expect(await statesOf(project)).toEqual({ a: "ready", b: "planned" });
});

test("nothing that is typed with an answer is passed over", async () => {
  using project = await queued("known");
  for (const [args, said] of [
    [["--abandon", "--note", "Because."], "--note goes with --retry"],
    [["--spawn", "Do it", "-m", "So."], "--note goes with --retry"],
    [["--retry", "--cascade"], "--cascade goes with --abandon"],
  ] as const) {
    const ran = await project.orchestra("resolve", "known", ...args);
    expect(ran).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(said) });
  }
});

test("status that cannot be kept up to date says so, and shows what is so now", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", "x", "--id", "one");
  const ran = await project.orchestra("status", "--watch");
  expect(ran).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^Shown once: .*\n$/) });
  expect(ran.stdout).toContain("one");
});

test("status tells how many tasks it does not list", async () => {
  using project = createProject(CONFIG);
  const boxes = Array.from({ length: 12 }, (_, at) => `- [ ] Task ${at}`);
  writeFileSync(join(project.root, "tasks.md"), boxes.slice(0, 10).join("\n"));
  await project.orchestra("import", "tasks.md");
  expect((await project.orchestra("status")).stdout).not.toContain("…");
  writeFileSync(join(project.root, "tasks.md"), boxes.join("\n"));
  await project.orchestra("import", "tasks.md");
  expect((await project.orchestra("status")).stdout).toContain("\n… and 2 more ready; ");
  const { tasks } = (await project.json("replay")) as { tasks: unknown[] };
  expect(tasks).toHaveLength(12);
});

test("what takes a task's place goes to the same agents, the second choice as well", async () => {
  using project = createProject(`${CONFIG}\ndefaults: { retries: 0 }\n`);
  const other = ["config", "set", "agents.other", "{ command: [sh, -e], prompt: stdin }"];
  expect(await project.orchestra(...other)).toMatchObject({ exitCode: 0 });
  await project.orchestra("start", "shell,other", "exit 3", "--id", "first");
  expect((await project.orchestra("run")).exitCode).toBe(4);
  const answer = await project.json("resolve", "first", "--spawn", "exit 0");
  const { spawnedId } = answer as { spawnedId: string };
  expect(await project.json("show", spawnedId)).toMatchObject({
    task: { agent: "shell", fallbackAgents: ["other"] },
  });
});

test("to work the queue is suggested only where that is what comes next", async () => {
  using project = createProject(`${CONFIG}\ndefaults: { retries: 0 }\n`);
  await project.orchestra("start", "exit 3", "--id", "asks");
  await project.orchestra("run");
  const said = await project.orchestra("send", "asks", "Hello");
  expect(said.stdout).toBe("asks hears it when you send it back to work: exit 3\n");
  const abandoned = await project.orchestra("resolve", "asks", "--abandon");
  expect(abandoned.stdout).toBe("asks is abandoned: exit 3\n");
  const retried = await project.orchestra("retry", "asks");
  expect(retried.stdout).toContain("Work the queue with: orchestra run");
});

test("what was kept is brought back by its whole name, also where others begin with it", async () => {
  using project = createProject(CONFIG);
  for (const name of ["known/1", "known/10"]) {
    project.git("commit", "-q", "--allow-empty", "-m", name);
    project.git("update-ref", `refs/orchestra/rescue/${name}`, "HEAD");
  }
  expect((await project.orchestra("recover", "known")).stderr).toContain("could be");
  expect((await project.orchestra("recover", "known/1", "--branch", "back")).exitCode).toBe(0);
  expect(project.git("log", "-1", "--format=%s", "back")).toBe("known/1");
});

test("options that may be repeated leave the prompt alone", async () => {
  using project = await queued("a", "b");
  const args = ["--after", "a", "-a", "b", "--criterion", "It is done", "--check", "true"];
  await project.orchestra("start", "shell", ...args, "Do it", "--id", "c");
  expect(await project.json("show", "c")).toMatchObject({
    task: {
      prompt: "Do it",
      dependsOn: ["a", "b"],
      acceptanceCriteria: ["It is done"],
      checks: expect.arrayContaining([expect.objectContaining({ name: "true" })]),
    },
  });
});

test("a task may name several agents, all of which there must be", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", "shell,claude", "x", "--id", "known");
  expect(await project.json("show", "known")).toMatchObject({
    task: { agent: "shell", fallbackAgents: ["claude"] },
  });
  expect((await project.orchestra("show", "known")).stdout).toContain("shell, else claude");

  const refused = await project.orchestra("start", "shell,clod", "x");
  expect(refused).toMatchObject({ stderr: expect.stringContaining('no agent "clod"') as unknown });
});

test("an agent that cannot be started asks once, and its other tasks wait for the answer", async () => {
  using project = createProject(CONFIG.replace("[sh, -e]", "[no-such-program]"));
  for (const id of ["one", "two", "three"]) {
    await project.orchestra("start", `echo ${id} > ${id}.txt; exit 0`, "--id", id);
  }
  const ran = await project.orchestra("run", "--parallel", "1");
  expect(ran).toMatchObject({ exitCode: 4 });
  expect(ran.stderr).toMatch(/shell can do nothing \(missing executable\).*orchestra retry one/);
  expect(ran.stderr).toContain("2 ready tasks could not be started");
  expect(await statesOf(project)).toEqual({ one: "waiting_human", two: "ready", three: "ready" });
  expect((await project.orchestra("status")).stdout).toMatch(/shell can do nothing .*retry one/);
  const why = { agent: "shell", taskId: "one", attemptId: "one-1" };
  const hold = { ...why, failureClass: "missing_executable" };
  expect(await project.json("status")).toMatchObject({ holds: [hold] });

  writeFileSync(join(project.root, "orchestra.yaml"), CONFIG);
  project.git("commit", "--quiet", "--all", "--message", "Name a program that there is");
  await project.orchestra("retry", "one");
  expect(await project.json("status")).toMatchObject({ holds: [] });
  expect(await project.orchestra("run")).toMatchObject({ exitCode: 0 });
  expect(Object.values(await statesOf(project))).toEqual(["complete", "complete", "complete"]);
});

test("what an agent wrote does not act on the terminal of who looks at it", async (context) => {
  onLinux(context);
  using project = createProject(CONFIG);
  await project.orchestra("start", "printf 'a\\033]0;title\\007b\\n' > a.txt; exit 0", "--id", "x");
  await project.orchestra("run");
  const { stdout } = await project.shell("script -qec 'orchestra diff x' /dev/null < /dev/null");
  expect(stdout).toContain("a·]0;title·b");
  expect((await project.orchestra("diff", "x")).stdout).toContain("+a\u001b]0;title\u0007b");
});

test("a prompt that has no end is refused", async () => {
  using project = createProject(CONFIG);
  for (const line of ["start --stdin < /dev/zero", "start -f /dev/zero"]) {
    expect(await project.shell(`orchestra ${line}`)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("longer than 1024 KiB"),
    });
  }
});

test("who looks at a store that the configuration names keeps nothing of that", async () => {
  using project = createProject(`${CONFIG}store: sqlite:.orchestra/other.db\n`);
  await project.orchestra("start", "x", "--id", "known");
  const cache = join(project.root, ".orchestra/config.json");
  writeFileSync(cache, "stale");
  expect(await statesOf(project)).toEqual({ known: "ready" });
  expect(readFileSync(cache, "utf8")).toBe("stale");
});

test("the output of an agent that was not started yet is empty, as it is or not", async () => {
  using project = createProject(`${CONFIG}workspace: { setup: ["touch ../setup; sleep 60"] }\n`);
  await project.orchestra("start", "x", "--id", "known");
  const running = project.start("run");
  await until(async () => (await project.orchestra("diff", "known")).exitCode === 2 || undefined);
  await until(async () => {
    const { stderr } = await project.orchestra("logs", "known");
    return stderr === "" || undefined;
  });
  for (const line of ["logs known --raw", "logs known"]) {
    expect(await project.orchestra(...line.split(" "))).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
  }
  running.kill("SIGINT");
  await ended(running);
});

test("the raw output can be followed to its end", async () => {
  using project = createProject(CONFIG);
  const go = join(project.root, "../go");
  const line = `echo one; until [ -e '${go}' ]; do sleep 0.05; done; printf 'two \\377'; exit 0`;
  await project.orchestra("start", line, "--id", "slow", "--max-retries", "0");
  const running = project.start("run");
  await until(async () => (await project.orchestra("logs", "slow")).stdout || undefined);
  const following = project.start("logs", "slow", "--raw", "--follow");
  const parts: Buffer[] = [];
  following.stdout?.on("data", (part: Buffer) => {
    parts.push(part);
    writeFileSync(go, "");
  });
  await ended(following);
  expect(Buffer.concat(parts)).toEqual(Buffer.from("one\ntwo \xff", "latin1"));
  await ended(running);
});

test("a second Ctrl-C stops the agents, also while the first is being answered", async () => {
  using project = createProject(CONFIG);
  const [checking, asked] = ["checking", "asked"].map((name) => join(project.root, "..", name));
  const check = `trap 'touch "${asked}"' TERM; touch "${checking}"; while :; do sleep 0.1; done`;
  await project.orchestra("start", "echo a > a.txt; exit 0", "--id", "a", "--check", check);
  await project.orchestra("start", "sleep 60", "--id", "b");
  const running = project.start("run");
  await until(async () => (await statesOf(project))["b"] === "active" || undefined);
  await until(async () => existsSync(checking ?? "") || undefined);
  running.kill("SIGINT");
  await until(async () => existsSync(asked ?? "") || undefined);
  running.kill("SIGINT");
  await ended(running);

  expect(running.exitCode).toBe(130);
  expect(await statesOf(project)).toMatchObject({ b: "ready" });
});

test("what is written into a pipe that does not wait comes out in its order", async () => {
  using project = createProject(CONFIG);
  const line =
    "i=0; while [ $i -lt 60000 ]; do echo line $i; i=$((i+1)); done; echo a > a.txt; exit 0";
  await project.orchestra("start", line, "--id", "done");
  await project.orchestra("run");
  // Node makes a pipe that it opens one that does not wait, for all who have it open.
  const opens = `process.stdout.write(""); require("fs").writeFileSync("../open", ""); setTimeout(() => {}, 60_000)`;
  const waiting = `node -e '${opens}' & until [ -e ../open ]; do :; done`;
  const { stdout } = await project.shell(`{ ${waiting}; orchestra logs done; kill $!; } | cat`);
  expect(stdout.split("\n").filter((one, index) => one !== `line ${index}`)).toEqual([""]);
});

test("closing the terminal that it is watched in does not end a run", async (context) => {
  onLinux(context);
  using project = createProject(CONFIG);
  const go = join(project.root, "../go");
  await project.orchestra(
    "start",
    `until [ -e '${go}' ]; do sleep 0.05; done; echo a > a.txt; exit 0`,
    "--id",
    "a",
  );
  const ignoring = "trap '' HUP; orchestra run; echo $? > ../code";
  const terminal = spawn("script", ["-qec", ignoring, "/dev/null"], {
    cwd: project.root,
    env: { ...process.env, PATH: `${join(project.root, "../bin")}:${process.env["PATH"]}` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await until(async () => (await statesOf(project))["a"] === "active" || undefined);
  terminal.kill("SIGKILL");
  await exitOf(terminal);
  writeFileSync(go, "");
  await until(async () => existsSync(join(project.root, "../code")) || undefined);
  expect(readFileSync(join(project.root, "../code"), "utf8")).toBe("0\n");
});

async function ended(child: ChildProcess): Promise<void> {
  await exitOf(child);
}
