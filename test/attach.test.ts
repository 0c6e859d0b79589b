import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { until } from "./agents/until.ts";
import { holdAgent } from "./held-agent.ts";
import { REPORT_SHAPES } from "./report-shapes.ts";
import { exitOf } from "./exit-of.ts";

const STREAM = resolve("test/fixtures/streams/claude-success.jsonl");
/** One that fails when nobody is there, and says how it was started when somebody is. */
const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
  claude:
    adapter: claude
    command:
      - sh
      - -c
      - 'case "$*" in *--print*) head -n 4 ${STREAM}; exit 1;; esac; echo "opened with $*"; echo mine > mine.txt; test ! -e meanwhile.sh || . ./meanwhile.sh; test ! -e fails'
      - it's
checks: []
`;

async function waiting(project: RealProject): Promise<string> {
  await project.orchestra("start", "claude", "Do it.", "--id", "asks", "--max-retries", "0");
  await project.orchestra("run");
  const shown = await project.json("show", "asks");
  expect(shown).toMatchObject({ task: { state: "waiting_human" } });
  return REPORT_SHAPES.Attach.parse(await project.json("attach", "asks")).workspacePath;
}

test("a task that waits for a person is opened in its session and its worktree", async () => {
  using project = createProject(CONFIG);
  const folder = await waiting(project);
  const opened = await project.orchestra("attach", "asks");
  expect(opened).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^opened with --resume \S+\n/),
  });
  expect(opened.stderr).toContain("orchestra retry asks");
  const printed = await project.orchestra("attach", "asks", "--print");
  expect(printed.stdout).toContain(`cd ${folder} && sh -c 'case "$*" in `);
  expect(printed.stdout).toMatch(/ 'it'\\''s' --resume \S+\n$/);
  const again = await project.shell(`touch ${folder}/fails; orchestra attach asks`);
  expect(again.exitCode).toBe(1);
  await project.shell(`${printed.stdout.trim()}; cat ${folder}/mine.txt`).then(({ stdout }) => {
    expect(stdout).toMatch(/opened with --resume .*\nmine\n$/);
  });
});

test("a paused task is opened, where one that goes on by itself is not", async () => {
  using project = createProject(CONFIG);
  await waiting(project);
  await project.orchestra("retry", "asks");
  expect(await project.orchestra("attach", "asks")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/goes on by itself.* Pause it first: orchestra pause asks/s),
  });
  await project.orchestra("pause", "asks");
  expect(await project.orchestra("attach", "asks")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("opened with --resume "),
    stderr: expect.stringContaining("orchestra resume asks"),
  });
});

test("what is said at the end is of what is there by then", async () => {
  using project = createProject(CONFIG);
  const folder = await waiting(project);
  const script = `cd ${project.root}; orchestra cancel asks; rm -rf ${folder}; exit 0`;
  writeFileSync(join(folder, "meanwhile.sh"), script);
  expect((await project.orchestra("attach", "asks")).stderr).toContain(
    "The worktree of asks was removed meanwhile.",
  );
});

test("while a person is in the worktree, nothing removes it, and nobody else opens it", async () => {
  using project = createProject(CONFIG);
  const folder = await waiting(project);
  const script = `cd ${project.root}; orchestra cancel asks; orchestra clean; echo "clean $?"; orchestra attach asks; echo "attach $?"; exit 0`;
  writeFileSync(join(folder, "meanwhile.sh"), script);
  const { stdout, stderr } = await project.orchestra("attach", "asks");
  expect(stdout).toMatch(/^clean 75$[^]*^attach 75$/m);
  expect(stderr).toMatch(/Somebody is at work in the worktree of asks/);
  expect(stderr).toContain(`What was changed is in ${folder}.`);
  expect((await project.orchestra("clean")).stdout).toContain("its worktree is still there");
});

test("what cannot be opened is refused with what to do instead", async () => {
  using project = createProject(CONFIG);
  for (const [id, script] of [
    ["done", "echo x > x.txt; exit 0"],
    ["asks", "exit 1"],
  ] as const) {
    await project.orchestra("start", "shell", script, "--id", id, "--max-retries", "0");
  }
  expect((await project.orchestra("attach", "done")).stderr).toContain("was not attempted yet");
  await project.orchestra("run");
  expect((await project.orchestra("attach", "asks")).stderr).toContain(
    "no sessions that could be opened",
  );
  expect((await project.orchestra("attach", "nothing")).exitCode).toBe(2);
});

test("while its agent is at work, what it says is shown, and nothing is opened twice", async () => {
  using project = createProject(CONFIG);
  const agent = holdAgent(project);
  const script = `echo said; ${agent.waits}; echo x > x.txt; exit 0`;
  await project.orchestra("start", "shell", script, "--id", "held");
  const running = project.start("run");
  await agent.began();
  const refused = await project.orchestra("attach", "held", "--print");
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("opened twice") });
  const watching = project.start("attach", "held");
  let shown = "";
  watching.stdout?.on("data", (data: Buffer) => (shown += data.toString()));
  await until(async () => (shown.includes("said") ? true : undefined));
  await agent.goOn();
  await exitOf(watching);
  await exitOf(running);
  expect(watching.exitCode).toBe(0);
});
