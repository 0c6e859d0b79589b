import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test, type TestContext } from "vitest";
import { createProject, type RealProject } from "./agents/real-project.ts";

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: []
`;

const ONE_LINE = /^orchestra: \P{Control}+\n$/u;

/** A PATH on which there is all that the command needs itself, and no git. */
function pathWithoutGit(project: RealProject): string {
  const folder = join(project.root, "../no-git");
  mkdirSync(folder);
  symlinkSync(process.execPath, join(folder, "node"));
  for (const name of ["sh", "env"]) symlinkSync(`/usr/bin/${name}`, join(folder, name));
  return `${join(project.root, "../bin")}${delimiter}${folder}`;
}

test("without git, what needs it is refused in one line, and nothing is made", async () => {
  using project = createProject(CONFIG);
  const PATH = pathWithoutGit(project);
  const before = readdirSync(project.root);
  for (const line of ["start x", "run", "recover", "cancel x", "init"]) {
    const { exitCode, stdout, stderr } = await project.shell(`orchestra ${line}`, { PATH });
    expect({ line, exitCode, stdout, stderr }).toEqual({
      line,
      exitCode: 3,
      stdout: "",
      stderr: expect.stringMatching(ONE_LINE),
    });
    expect(stderr).toMatch(/git cannot be started.*Install git/);
    const json = await project.shell(`orchestra --json ${line}`, { PATH });
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: "REPOSITORY_UNUSABLE" } });
  }
  expect(readdirSync(project.root)).toEqual(before);
});

test("without git, doctor says so, and what was done can still be looked at", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", "echo said; echo x > x.txt; exit 0", "--id", "done");
  await project.orchestra("run");
  const PATH = pathWithoutGit(project);
  const doctor = await project.shell("orchestra doctor", { PATH });
  expect(doctor).toMatchObject({ exitCode: 3, stderr: "" });
  expect(doctor.stdout).toMatch(/✗ git .*Install git/);
  for (const [line, text] of [
    ["status", "1 complete"],
    ["show done", "✓ complete"],
    ["logs done", "said"],
  ]) {
    const { stdout, ...ended } = await project.shell(`orchestra ${line}`, { PATH });
    expect({ line, ...ended }).toEqual({ line, exitCode: 0, stderr: "" });
    expect(stdout).toContain(text);
  }
  expect(await project.shell("orchestra diff done", { PATH })).toMatchObject({
    exitCode: 3,
    stderr: expect.stringMatching(ONE_LINE),
  });
});

test("an older Node is told what is needed, whatever the command", async (context) => {
  const node = olderNode(context);
  using project = createProject(CONFIG);
  const built = join(project.root, "../bin/orchestra");
  for (const line of ["status", "start x", "--version", "bogus"]) {
    expect(await project.shell(`${node} ${built} ${line}`)).toEqual({
      exitCode: 3,
      stdout: "",
      stderr: expect.stringMatching(
        /^orchestra: Node 24 or later is needed; this is v\d+.*PATH\.\n$/,
      ),
    });
  }
  const { stdout } = await project.shell(`${node} ${built} status --json`);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "NODE_TOO_OLD" } });
});

/** Some Node before 24 of this machine; CI has one. */
function olderNode(context: TestContext): string {
  const folders = `${process.env["PATH"] ?? ""}${delimiter}/usr/local/bin${delimiter}/usr/bin`;
  const found = folders
    .split(delimiter)
    .map((folder) => join(folder, "node"))
    .filter((file) => existsSync(file))
    .find((file) => Number.parseInt(versionOf(file).slice(1), 10) < 24);
  const isSkipped = found === undefined && process.env["CI"] === undefined;
  context.skip(isSkipped, "This machine has no Node before 24.");
  if (found === undefined) throw new Error("CI is to have a Node before 24 on its PATH.");
  return found;
}

function versionOf(node: string): string {
  return execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
}

test("a folder that was removed while one stood in it is named as the trouble", async () => {
  using project = createProject(CONFIG);
  const gone = "mkdir gone && cd gone && rmdir ../gone &&";
  expect(await project.shell(`${gone} orchestra status`)).toEqual({
    exitCode: 3,
    stdout: "",
    stderr: expect.stringMatching(/^orchestra: .*has been removed\. Go to another one\.\n$/),
  });
  const { stdout } = await project.shell(`${gone} orchestra status --json`);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "NOT_A_REPOSITORY" } });
});
