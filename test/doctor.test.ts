import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { createProject, worktreesOf, type RealProject } from "./agents/real-project.ts";
import { holdAgent } from "./held-agent.ts";
import { COMMAND_SHAPES } from "./json-commands.ts";
import { exitOf } from "./exit-of.ts";

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: ["true"]
`;

type Finding = { readonly what: string; readonly verdict: string; readonly detail: string };

async function found(project: RealProject, ...words: readonly string[]): Promise<Finding[]> {
  return troubles(project, ...words, "doctor");
}

async function fix(project: RealProject, ...words: readonly string[]): Promise<Finding[]> {
  return troubles(project, ...words, "doctor", "--fix");
}

/** What doctor finds beside the surroundings. */
async function troubles(project: RealProject, ...words: readonly string[]): Promise<Finding[]> {
  const { findings } = COMMAND_SHAPES.Doctor.parse(await project.json(...words));
  return findings.filter(
    (one) => one.cure !== undefined || one.isMended || one.what === "leftovers",
  );
}

/** A project with one task that is complete. */
async function workedProject(config = CONFIG): Promise<RealProject> {
  const project = createProject(config);
  await project.orchestra("start", "echo x > one.txt; exit 0", "--id", "one");
  const { exitCode, stderr } = await project.orchestra("run");
  if (exitCode !== 0) throw new Error(stderr);
  return project;
}

const NOTHING = [{ what: "leftovers", verdict: "ok", detail: expect.stringMatching(/^none/) }];

test("where nothing was left, doctor says so, and has nothing to fix", async () => {
  using project = await workedProject();
  expect(await found(project)).toEqual(NOTHING);
  expect(await fix(project)).toEqual(NOTHING);
  const { stdout } = await project.orchestra("doctor");
  expect(stdout).not.toContain("--fix");
});

test("worktrees that could not be made are told before a task waits for one", async () => {
  using project = createProject(`${CONFIG}workspace: { root: ../taken/worktrees }\n`);
  writeFileSync(join(project.root, "../taken"), "");
  expect(await project.orchestra("doctor")).toMatchObject({
    exitCode: 3,
    stdout: expect.stringMatching(/✗ worktrees +\S+\/taken is no folder\. Move it away\./),
  });
});

test("rows that somebody spoilt are found, and made anew from the events", async () => {
  using project = await workedProject();
  const before = await project.json("show", "one");
  const database = new DatabaseSync(join(project.root, ".orchestra/blackboard.db"));
  database.exec("update tasks set data = 'scribble'; delete from attempts");
  database.close();

  const { exitCode, stdout } = await project.orchestra("doctor");
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(/✗ projection .*2 of its rows.*task one is different.*--fix makes all/);
  expect(stdout).toContain("orchestra doctor --fix");
  expect(await found(project)).toMatchObject([{ what: "projection", verdict: "problem" }]);
  expect(await fix(project)).toMatchObject([{ what: "projection", isMended: true }]);
  expect(await found(project)).toEqual(NOTHING);
  expect(await project.json("show", "one")).toEqual(before);
});

test("an archive that was begun is finished", async () => {
  using project = await workedProject();
  const archives = join(project.root, ".orchestra/archives");
  mkdirSync(join(archives, "2026-01-01T00-00-00-000Z.partial"), { recursive: true });
  expect(await found(project)).toMatchObject([{ what: "archive", verdict: "warning" }]);
  expect(await fix(project)).toMatchObject([{ what: "archive", isMended: true }]);
  expect(readdirSync(archives)).toEqual(["lock"]);
  expect((await project.orchestra("show", "one")).exitCode).toBe(0);
});

test("a process of an attempt that is over is ended, and one of a stranger is not", async () => {
  using project = await workedProject();
  const attempts = join(project.root, ".orchestra/attempts");
  const stray = sleepFrom(join(attempts, "one-1"));
  const other = sleepFrom(join(project.root, "../elsewhere/attempts/one-1"));
  const ended = once(stray, "exit");
  const [trouble, ...more] = await found(project);
  expect(more).toEqual([]);
  expect(trouble).toMatchObject({ what: "process", detail: expect.stringContaining("one-1") });
  expect(trouble?.detail).toContain(String(stray.pid));
  expect(await fix(project)).toMatchObject([{ what: "process", isMended: true }]);
  expect(await ended).toEqual([null, "SIGKILL"]);
  expect(other.exitCode ?? other.signalCode).toBeNull();
});

function sleepFrom(folder: string): ChildProcess {
  const env = { PATH: process.env["PATH"], ORCHESTRA_PROCESS_FOLDER: folder };
  const child = spawn("sleep", ["300"], { env, detached: true, stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

test("the worktree and the branch of a task that has ended go, and their work is kept", async () => {
  using project = await workedProject();
  const root = worktreesOf(project);
  const branch = "orchestra/one-echo-x-one-txt-exit-0/1";
  project.git("worktree", "add", "--quiet", "-b", branch, join(root, "one"));
  writeFileSync(join(root, "one/late.txt"), "late");
  project.git("-C", join(root, "one"), "add", "late.txt");
  project.git("-C", join(root, "one"), "commit", "--quiet", "--message", "Late");
  const late = project.git("rev-parse", branch);

  expect(await found(project)).toMatchObject([{ what: "worktree", verdict: "warning" }]);
  expect(await fix(project)).toMatchObject([{ what: "worktree", isMended: true }]);
  expect(existsSync(join(root, "one"))).toBe(false);
  expect(project.git("branch", "--list", "orchestra/*")).toBe("");
  expect(project.git("for-each-ref", "--format=%(objectname)", "refs/orchestra/rescue/one")).toBe(
    late,
  );
  expect(await found(project)).toEqual(NOTHING);
});

test("what belongs to no task goes, and its work is kept; unless another blackboard may know it", async () => {
  using project = await workedProject();
  const pipe = join(project.root, "../began");
  execFileSync("mkfifo", [pipe]);
  const backup = join(project.root, "../backup.db");
  await project.orchestra("backup", backup);
  const script = `echo y > y.txt; git add y.txt; git commit -qm y; echo z > z.txt; echo > ${pipe}; sleep 300`;
  await project.orchestra("start", script, "--id", "lost", "--title", "Lost");
  const running = project.start("run");
  await readFile(pipe);
  running.kill("SIGKILL");
  await exitOf(running);
  const moved = join(project.root, "../moved.db");
  const suffix = "${file#.orchestra/blackboard.db}";
  await project.shell(`for file in .orchestra/blackboard.db*; do mv $file ${moved}${suffix}; done`);
  await project.orchestra("import", backup);

  const elsewhere = ["--store", `sqlite:${moved}`];
  expect((await found(project, ...elsewhere)).map(({ what }) => what)).toEqual(["lease"]);
  const stranger = ["--store", "sqlite:stranger.db"];
  await project.orchestra(...stranger, "start", "x");
  expect(await fix(project, ...stranger)).toEqual(NOTHING);
  expect((await found(project)).map(({ what }) => what)).toEqual(["process", "worktree", "branch"]);

  const mended = (await fix(project)).map(({ what, verdict }) => [what, verdict]);
  expect(mended).toEqual([
    ["process", "ok"],
    ["worktree", "ok"],
    ["branch", "ok"],
  ]);
  expect(await found(project)).toEqual(NOTHING);
  expect(project.git("branch", "--list", "orchestra/*")).toBe("");
  const kept = project.git("log", "--all", "--format=", "--name-only");
  expect(kept.split("\n")).toEqual(expect.arrayContaining(["y.txt", "z.txt"]));
  expect((await project.orchestra("recover")).stdout).toContain("lost");
});

test("the result of a task that was archived stays on its branch", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", "echo x > one.txt; exit 0", "--id", "one", "--no-merge");
  await project.orchestra("run");
  await project.orchestra("archive", "--older-than", "0");
  expect(project.git("branch", "--list", "orchestra/*")).toContain("one-echo");
  expect(await found(project)).toEqual(NOTHING);
});

test("locks, drafts and a lease that the dead have left are removed", async () => {
  using project = await workedProject();
  const git = join(project.root, ".git");
  const locks = [
    "packed-refs.lock",
    "objects/maintenance.lock",
    "refs/heads/orchestra/x/1.lock",
  ].map((name) => join(git, name));
  const drafts = ["config.json.4194305", "attempts/one-1/life.json.new"].map((name) =>
    join(project.root, ".orchestra", name),
  );
  await project.orchestra("start", "sleep 300", "--id", "two");
  const running = project.start("run");
  const lease = async () => (await project.json("status")) as { dispatcher?: unknown };
  while ((await lease()).dispatcher === undefined) continue;
  running.kill("SIGKILL");
  await exitOf(running);
  await project.orchestra("cancel", "two");
  for (const file of [...locks, ...drafts]) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "");
    utimesSync(file, 1, 1);
  }
  const fresh = join(project.root, ".orchestra/attempts/one-1/prompt.md.new");
  writeFileSync(fresh, "");

  const what = ["lease", "lock", "lock", "lock", "file", "file"];
  expect((await found(project)).map((one) => one.what)).toEqual(what);
  expect((await fix(project)).map((one) => one.what)).toEqual(what);
  expect([...locks, ...drafts].filter((file) => existsSync(file))).toEqual([]);
  expect(existsSync(fresh)).toBe(true);
  expect(await found(project)).toEqual(NOTHING);
});

test("a worktree that git was killed at making no longer keeps git from all others", async () => {
  using project = await workedProject();
  const record = join(project.root, ".git/worktrees/half");
  mkdirSync(record, { recursive: true });
  const head = project.git("rev-parse", "HEAD");
  const files = { locked: "initializing", gitdir: "/nowhere/.git", HEAD: head, commondir: "" };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(record, name), text);
  const lock = join(project.root, ".git/packed-refs.lock");
  writeFileSync(lock, "");
  utimesSync(lock, 1, 1);

  expect((await found(project)).map((one) => one.what)).toEqual(["worktree"]);
  expect(existsSync(record)).toBe(true);
  expect((await fix(project)).map((one) => one.what)).toEqual(["worktree", "lock"]);
  expect(await found(project)).toEqual(NOTHING);
});

test("with --dry-run nothing is changed, and what would be done is told", async () => {
  using project = await workedProject();
  const draft = join(project.root, ".orchestra/config.json.4194305");
  writeFileSync(draft, "");
  utimesSync(draft, 1, 1);
  const { stdout } = await project.orchestra("doctor", "--fix", "--dry-run");
  expect(stdout).toMatch(/! file .*config\.json\.4194305.*--fix removes it/);
  expect(existsSync(draft)).toBe(true);
});

test("while the queue is worked, only what may change under it is put right", async () => {
  using project = await workedProject();
  const agent = holdAgent(project);
  const script = `${agent.waits}; echo x > two.txt; exit 0`;
  await project.orchestra("start", script, "--id", "two");
  const running = project.start("run");
  const ended = once(running, "exit");
  await agent.began();
  const database = new DatabaseSync(join(project.root, ".orchestra/blackboard.db"));
  database.exec("update tasks set data = replace(data, 'complete', 'ready') where id = 'one'");
  database.close();
  const stray = sleepFrom(join(project.root, ".orchestra/attempts/one-1"));

  expect(await fix(project)).toMatchObject([
    { what: "projection", verdict: "ok" },
    { what: "process", verdict: "warning", detail: expect.stringContaining("left alone") },
  ]);
  expect(stray.exitCode ?? stray.signalCode).toBeNull();
  await agent.goOn();
  expect(await ended).toEqual([0, null]);
  expect(await project.json("status")).toMatchObject({ counts: { complete: 2 } });
});

test("with the blackboard on a server, only what is kept on this machine is tested here", async () => {
  using project = createProject(`${CONFIG}store: postgres://ada@127.0.0.1:1/shop\n`);
  const byName = async (): Promise<Record<string, Finding>> => {
    const { findings } = COMMAND_SHAPES.Doctor.parse(await project.json("doctor"));
    return Object.fromEntries(findings.map((one) => [one.what, one]));
  };
  const unreachable = { verdict: "problem", detail: expect.stringContaining("cannot be reached") };
  expect(await byName()).toMatchObject({
    blackboard: unreachable,
    transcripts: { verdict: "ok", detail: expect.stringContaining("on this machine, in ") },
  });
  writeFileSync(join(project.root, ".orchestra"), "in its place");
  expect(await byName()).toMatchObject({
    blackboard: unreachable,
    transcripts: { verdict: "problem", detail: expect.stringContaining("is no folder") },
  });
});

test("a blackboard in a folder of its own is tested there", async () => {
  using project = createProject(`${CONFIG}store: sqlite:../taken/blackboard.db\n`);
  writeFileSync(join(project.root, "../taken"), "");
  const { stdout, exitCode } = await project.orchestra("doctor");
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(/✗ blackboard .*taken is no folder/);
  expect(stdout).toMatch(/✓ transcripts .*\.orchestra/);
});

test("tasks that ended longer ago than they are to be kept are offered to be archived", async () => {
  using project = await workedProject(`${CONFIG}retention: 0\n`);
  const offer = /✓ retention .*1 task ended longer ago.*orchestra archive/;
  expect((await project.orchestra("doctor")).stdout).toMatch(offer);
  await project.orchestra("archive");
  expect((await project.orchestra("doctor")).stdout).not.toMatch(/retention/);
});
