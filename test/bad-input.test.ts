import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exitCodeOf } from "../src/cli/exit-codes.ts";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { COMMAND_SHAPES } from "./json-commands.ts";

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
`;

/** What must not change by a mistake: the log's length and git's refs. */
async function traces(project: RealProject): Promise<string> {
  const { counts } = (await project.json("status")) as { counts: object };
  return JSON.stringify([counts, project.git("for-each-ref"), project.git("status", "--short")]);
}

const LONG_ID = "x".repeat(10_000);

test.each([
  [["start", "nobody", "Do it"], 3, /no agent "nobody".*shell/],
  [["start"], 2, /what is to be done/],
  [["start", "   "], 2, /what is to be done/],
  [["start", "shell", ""], 2, /what is to be done/],
  [["start", "shell", "x", "y"], 2, /Too many arguments/],
  [["start", "x", "--check", " "], 2, /--check is empty/],
  [["start", "x", "--criterion", ""], 2, /--criterion is empty/],
  [["start", "x", "--after", ""], 2, /no task ""/],
  [["start", "x", "--target", ""], 2, /no branch ""/],
  [["start", "x", "--after", "nothing"], 2, /no task "nothing"/],
  [["start", "x", "--id", "../../x"], 2, /is no task id/],
  [["start", "x", "--id", "has space"], 2, /is no task id/],
  [["start", "x", "--id", "UPPER"], 2, /is no task id/],
  [["start", "x", "--id", LONG_ID], 2, /is no task id/],
  [["start", "x", "--id", "known"], 2, /exists already/],
  [["start", "x", "--priority", "high"], 2, /--priority must be a whole number/],
  [["start", "x", "--timeout", "soon"], 2, /--timeout must be a duration/],
  [["start", "x", "--timeout", "0s"], 2, /--timeout must be a duration/],
  [["start", "x", "--max-retries", "-1"], 2, /--max-retries/],
  [["start", "x", "--target", "no-such"], 2, /no branch "no-such"/],
  [["start", "x", "--target", "main~0"], 2, /no branch "main~0"/],
  [["start", "-f", "/nowhere/prompt.md"], 2, /\/nowhere\/prompt\.md: it does not exist\./],
  [["start", "-f", "/tmp"], 2, /Could not read the prompt from \/tmp: it is a folder\./],
  [["start", "x", "--unknown"], 2, /Unknown option '--unknown'.*`orchestra start --help`/],
  [["start", "x", "--timeou", "9s"], 2, /Did you mean --timeout\?/],
  [["start", "x", "--id"], 2, /'--id <id>' argument missing/],
  [["init", "here"], 2, /Too many arguments/],
  [["run", "4"], 2, /Too many arguments/],
  [["status", "known"], 2, /Too many arguments/],
  [["doctor", "--heal"], 2, /Unknown option/],
  [["show"], 2, /Missing required argument 'id'.*`orchestra show --help`/],
  [["logs"], 2, /Missing required argument/],
  [["diff"], 2, /Missing required argument/],
  [["cancel"], 2, /Missing required argument/],
  [["retry"], 2, /Missing required argument/],
  [["resolve", "--retry"], 2, /Missing required argument/],
  [["recover", "--branch"], 2, /argument missing/],
  [["run", "--log", "/nowhere/run.log"], 2, /The log cannot be \/nowhere\/run\.log\./],
  [["run", "--log", "."], 2, /Name a file in a folder/],
  [["deps", "graph", "--dot"], 2, /'--dot'.*`orchestra deps graph --help`/],
  [["timeout", "extend", "known"], 2, /'duration'.*`orchestra timeout extend --help`/],
  [["agents", "lst"], 2, /Did you mean list\? `orchestra agents --help` shows what there is\.\n$/],
  [["run", "--parallel", "0"], 2, /--parallel must be a whole number/],
  [["show", "../../x"], 2, /no task/],
  [["show", "'; drop table tasks; --"], 2, /no task/],
  [["show", "%"], 2, /no task/],
  [["show", "a\nb"], 2, /no task/],
  [["show", ""], 2, /no task/],
  [["show", LONG_ID], 2, /no task/],
  [["logs", "known", "--attempt", "x"], 2, /not attempted yet/],
  [["logs", "known"], 2, /not attempted yet/],
  [["diff", "known"], 2, /not attempted yet/],
  [["cancel", "nothing"], 2, /no task/],
  [["retry", "known"], 2, /is ready; only one that waits/],
  [["resolve", "known", "--retry"], 2, /does not wait/],
  [["resolve", "known"], 2, /one of --retry, --abandon, --spawn/],
  [["resolve", "known", "--retry", "--abandon"], 2, /one of --retry, --abandon, --spawn/],
  [["resolve", "known", "--spawn", ""], 2, /what the other task is to do/],
  [["recover", "nothing"], 2, /Nothing was kept/],
  [["recover", "--branch", "saved"], 2, /--branch goes with the ref/],
  [["archive", "--stats", "--dry-run"], 2, /--stats goes alone/],
  [["backup", "-"], 2, /A backup needs a file/],
  [["bogus"], 2, /Unknown command/],
  [["statu"], 2, /Did you mean status\?/],
  [[LONG_ID], 2, /Unknown command/],
  [["a\u001b[31mb\nc"], 2, /Unknown command 'a·\[31mb c'/],
  [["--bogus"], 2, /Unknown option/],
] as const)(
  "%j ends with %i and one clear line, also in JSON, and changes nothing",
  async (args, exitCode, said) => {
    using project = createProject(CONFIG);
    await project.orchestra("start", "Known", "--id", "known");
    const before = await traces(project);
    const { stderr, ...ran } = await project.orchestra(...args);
    expect(ran).toEqual({ exitCode, stdout: "" });
    expect(stderr).toMatch(said);
    expect(stderr).toMatch(/^orchestra: \P{Control}{1,1000}\n$/u);

    const { stdout } = await project.orchestra("--json", ...args);
    const { error } = COMMAND_SHAPES.Failed.parse(JSON.parse(stdout));
    expect(exitCodeOf(error.code)).toBe(exitCode);
    expect(await traces(project)).toBe(before);
  },
);

test("no command at all is answered with the commands there are", async () => {
  using project = createProject(CONFIG);
  expect(await project.orchestra()).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: expect.stringMatching(/Usage: orchestra[^]*start \[options\]/),
  });
  expect(
    COMMAND_SHAPES.Failed.parse(JSON.parse((await project.orchestra("--json")).stdout)),
  ).toMatchObject({
    error: { code: "INVALID_ARGUMENT" },
  });
});

test("what the system forbids is no bug, and is told in a line", async () => {
  using project = createProject(CONFIG);
  const install = "orchestra daemon install --for systemd --json";
  // Nobody makes a folder there, not even the superuser.
  const { exitCode, stdout, stderr } = await project.shell(install, { XDG_CONFIG_HOME: "/sys" });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 75,
    stderr: expect.stringMatching(/^orchestra: \P{Control}*\/sys\/systemd\P{Control}*\n$/u),
  });
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "READ_ONLY" } });
});

test("an id that begins several tasks is refused, and one that is exact is not", async () => {
  using project = createProject(CONFIG);
  for (const id of ["ab", "abc", "abd"]) await project.orchestra("start", "x", "--id", id);
  expect(await project.orchestra("show", "a")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("ab, abc, abd"),
  });
  expect((await project.orchestra("show", "ab")).exitCode).toBe(0);
});

test("a configuration that cannot be read is told why", async () => {
  using project = createProject(CONFIG);
  rmSync(join(project.root, "orchestra.yaml"));
  mkdirSync(join(project.root, "orchestra.yaml"));
  // It may name another blackboard than the one that would be looked at.
  for (const line of ["config show", "start x", "status", "wait"]) {
    const { exitCode, stderr } = await project.orchestra(...line.split(" "));
    expect({ line, exitCode }).toEqual({ line, exitCode: 3 });
    expect(stderr).toContain("orchestra.yaml: it is a folder.");
  }
});

test.each([
  ["agents: [", /orchestra\.yaml:1/],
  ["limits: { paralel: 3 }", /unknown key paralel/],
  ["checks: 7", /checks/],
  ["merge: { target: gone }", /no branch "gone", which merge\.target/],
])("the configuration %j is refused with its place", async (config, stderr) => {
  using project = createProject(config);
  expect(await project.orchestra("start", "x")).toMatchObject({
    exitCode: 3,
    stderr: expect.stringMatching(stderr),
  });
});

test("an unusable agent is said at once, and its task waits for a person", async () => {
  using project = createProject(`agents:
  missing: { adapter: command, command: [no-such-executable] }
  locked: { adapter: command, command: [./locked.sh] }
`);
  writeFileSync(join(project.root, "locked.sh"), "#!/bin/sh\n");
  chmodSync(join(project.root, "locked.sh"), 0o644);
  project.git("add", "-A");
  project.git("commit", "-q", "-m", "Add it");
  await project.orchestra("start", "missing", "x", "--id", "one");
  await project.orchestra("start", "locked", "x", "--id", "two");

  expect((await project.orchestra("run")).exitCode).toBe(4);
  const { stdout } = await project.orchestra("status");
  expect(stdout).toMatch(/no-such-executable/);
  expect(stdout).toMatch(/not executable|locked\.sh/);
});

test("a repository without a commit, a bare one and none at all are told apart", async () => {
  using project = createProject(CONFIG);
  const fresh = join(project.root, "../fresh");
  const bare = join(project.root, "../bare.git");
  const none = join(project.root, "../none");
  mkdirSync(none);
  execFileSync("git", ["init", "-q", fresh]);
  execFileSync("git", ["init", "-q", "--bare", bare]);
  const ran = async (folder: string) => project.orchestraIn(folder, "start", "x");
  expect(await ran(fresh)).toMatchObject({
    exitCode: 3,
    stderr: expect.stringMatching(/no commit yet/),
  });
  expect(await ran(bare)).toMatchObject({
    exitCode: 3,
    stderr: expect.stringMatching(/bare repository/),
  });
  const elsewhere = { exitCode: 3, stderr: expect.stringMatching(/not a git repository/) };
  expect(await ran(none)).toMatchObject(elsewhere);
  expect(await project.orchestraIn(none, "status")).toMatchObject(elsewhere);
});

test("a detached HEAD needs to be told the branch", async () => {
  using project = createProject(CONFIG);
  project.git("checkout", "-q", "--detach");
  expect(await project.orchestra("start", "x")).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining("--target main"),
  });
  expect((await project.orchestra("start", "x", "--target", "main")).exitCode).toBe(0);
});

test.each([
  ["quotes ' \" and $(touch pwned) `touch pwned`"],
  ["-rf --leading-dash"],
  ["keep {task_id} and {prompt} and {agent}"],
  [`a long one ${"x".repeat(100_000)}`],
  ["line one\nline two\n\tüñî 😀"],
])("the prompt %j reaches the agent as it is", async (prompt) => {
  using project = createProject(`agents:
  tee: { adapter: command, command: [tee, prompt.txt], prompt: stdin }
`);
  writeFileSync(join(project.root, "../prompt.md"), prompt);
  await project.orchestra("start", "tee", "--file", "../prompt.md", "--id", "told");
  expect((await project.orchestra("run")).exitCode).toBe(0);
  expect(project.read("prompt.txt").startsWith(`${prompt.trim()}\n`)).toBe(true);
  expect(project.git("ls-files")).not.toContain("pwned");
});

test("a prompt that is no text is refused", async () => {
  using project = createProject(CONFIG);
  writeFileSync(join(project.root, "../bytes"), Buffer.from([0xff, 0xfe, 0x41]));
  writeFileSync(join(project.root, "../nul"), "a\0b");
  expect(await project.orchestra("start", "-f", "../bytes")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("UTF-8"),
  });
  expect(await project.orchestra("start", "-f", "../nul")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("NUL"),
  });
});

test("every command shows an example of itself", async () => {
  using project = createProject(CONFIG);
  const { stdout } = await project.orchestra("--help");
  const commands = [...stdout.matchAll(/^ {2}([a-z]+) (?=[[<\s])/gm)].map(([, name = ""]) => name);
  expect(commands).toContain("start");
  for (const name of commands.filter((one) => one !== "help")) {
    const { stdout: help } = await project.orchestra(name, "--help");
    expect(help).toMatch(new RegExp(`\\nExamples?:\\n  orchestra ${name}\\b`));
  }
});

test("a damaged blackboard is said plainly", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", "x");
  writeFileSync(
    join(project.root, ".orchestra/blackboard.db"),
    "this is no database at all, but text",
  );
  expect(await project.orchestra("status")).toMatchObject({
    exitCode: 75,
    stderr: expect.stringContaining("damaged"),
  });
});
