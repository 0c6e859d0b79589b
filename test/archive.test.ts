import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProject, worktreesOf, type RealProject } from "./agents/real-project.ts";
import { holdAgent } from "./held-agent.ts";
import { COMMAND_SHAPES } from "./json-commands.ts";

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: []
`;

const { Archive, ArchiveDryRun, ArchiveStats } = COMMAND_SHAPES;

async function statesOf(project: RealProject, ...options: readonly string[]): Promise<unknown> {
  const { tasks } = (await project.json(...options, "status")) as {
    tasks: readonly { id: string; state: string }[];
  };
  return Object.fromEntries(tasks.map(({ id, state }) => [id, state]));
}

test("archived tasks are gone from the queue, and can be looked at in a store of their own", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", "echo said; echo x > one.txt; exit 0", "--id", "one");
  await project.orchestra("run");
  await project.orchestra("start", "exit 0", "--id", "two", "--after", "one");
  expect(await project.orchestra("archive")).toMatchObject({
    exitCode: 0,
    stdout: "Nothing ended long enough ago.\n",
  });
  const all = ["archive", "--older-than", "0"];
  const dryRun = ArchiveDryRun.parse(await project.json(...all, "--dry-run"));
  expect(dryRun).toMatchObject({ tasks: 1, held: 0 });
  expect(await statesOf(project)).toEqual({ one: "complete", two: "ready" });

  const { archives } = Archive.parse(await project.json(...all));
  expect(archives).toMatchObject([{ tasks: 1 }]);
  const stats = ArchiveStats.parse(await project.json("archive", "--stats"));
  expect(stats.archives).toMatchObject([{ folder: archives[0]?.folder, tasks: 1 }]);
  expect(stats.archives[0]?.bytes).toBeGreaterThan(100);
  expect((await project.orchestra("archive", "--stats")).stdout).toMatch(/ARCHIVE +TASKS +MB\n/);
  expect(await statesOf(project)).toEqual({ two: "ready" });
  expect(existsSync(join(project.root, ".orchestra/attempts/one-1"))).toBe(false);
  expect((await project.orchestra("show", "one")).exitCode).toBe(2);

  const folder = archives[0]?.folder ?? "";
  const elsewhere = ["--store", "sqlite:archived.db"];
  await project.orchestra(...elsewhere, "import", folder);
  expect(await statesOf(project, ...elsewhere)).toEqual({ one: "complete" });
  const attempts = join(project.root, ".orchestra/attempts");
  execFileSync("tar", ["-xzf", join(folder, "attempts.tar.gz"), "-C", attempts]);
  expect((await project.orchestra(...elsewhere, "logs", "one")).stdout).toContain("said");
});

test("tasks are archived while others are worked, and those go on", async () => {
  using project = createProject(CONFIG);
  const agent = holdAgent(project);
  await project.orchestra("start", "echo x > old.txt; exit 0", "--id", "old");
  await project.orchestra("run");
  const script = `${agent.waits}; echo x > now.txt; exit 0`;
  await project.orchestra("start", script, "--id", "now", "--after", "old");
  const running = project.start("run");
  const ended = once(running, "exit");
  await agent.began();
  const { stdout, exitCode } = await project.orchestra("archive", "--older-than", "0");
  expect({ stdout, exitCode }).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^Archived 1 task in \.orchestra\/archives\/.*\n.*import.*\n$/),
  });
  await agent.goOn();
  expect(await ended).toEqual([0, null]);
  expect(await statesOf(project)).toEqual({ now: "complete" });
  expect(project.read("now.txt")).toBe("x\n");
});

test("a task whose worktree is still there stays until it is gone", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", "echo x > one.txt; exit 0", "--id", "one");
  await project.orchestra("run");
  const root = worktreesOf(project);
  expect(existsSync(join(root, "one"))).toBe(false);
  project.git("worktree", "add", "--quiet", "--detach", join(root, "one"));
  expect(await project.json("archive", "--older-than", "0", "--dry-run")).toMatchObject({
    tasks: 0,
    held: 1,
  });
  expect(await project.json("archive", "--older-than", "0")).toEqual({ archives: [] });
  project.git("worktree", "remove", join(root, "one"));
  expect(await project.json("archive", "--older-than", "0")).toMatchObject({
    archives: [{ tasks: 1 }],
  });
});

test.each(["soon", "-1d", "9999d"])("--older-than %s is refused in one line", async (typed) => {
  using project = createProject(CONFIG);
  const { exitCode, stderr } = await project.orchestra("archive", `--older-than=${typed}`);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: expect.stringMatching(/^orchestra: --older-than must be a duration.*30d.*\n$/),
  });
});
