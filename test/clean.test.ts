import { expect, test } from "vitest";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { REPORT_SHAPES } from "./report-shapes.ts";

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: [test ! -e bad.txt]
`;

async function clean(project: RealProject, ...options: readonly string[]) {
  return REPORT_SHAPES.Clean.parse(await project.json("clean", ...options));
}

function refs(project: RealProject): string[] {
  const lines = project.git("for-each-ref", "--format=%(refname)", "refs/orchestra/rescue");
  return lines.split("\n").filter(Boolean);
}

/** A task that was worked, and given up: its work is kept under a rescue ref. */
async function withRescuedWork(): Promise<RealProject> {
  const project = createProject(CONFIG);
  await project.orchestra("start", "echo x > bad.txt", "--id", "lost", "--max-retries", "0");
  await project.orchestra("run");
  await project.orchestra("resolve", "lost", "--abandon");
  return project;
}

test("where all is in order, nothing is removed", async () => {
  using project = createProject(CONFIG);
  expect((await project.orchestra("clean")).stdout).toBe("There is nothing to remove.\n");
});

test("what an ended task left goes, and its unmerged work is kept", async () => {
  using project = await withRescuedWork();
  const before = project.git("for-each-ref");
  const dry = await clean(project, "--dry-run");
  expect(dry.leftovers).toEqual(["task lost has ended, and its worktree is still there"]);
  expect(project.git("for-each-ref")).toBe(before);

  expect(await clean(project)).toEqual(dry);
  expect(refs(project)).toHaveLength(1);
  expect(project.git("show", `${refs(project)[0]}:bad.txt`)).toBe("x");
  expect(await clean(project)).toEqual({ leftovers: [], rescued: [], isWorked: false });
  expect(refs(project)).toHaveLength(1);
});

test("rescued work that has been merged since is no longer kept apart", async () => {
  using project = await withRescuedWork();
  await clean(project);
  const [ref = ""] = refs(project);
  project.git("branch", "orchestra/of-somebody", ref);
  expect((await clean(project)).rescued).toEqual([]);
  project.git("merge", "-q", "--no-edit", ref);
  expect((await clean(project, "--dry-run")).rescued).toEqual([ref]);
  expect((await clean(project)).rescued).toEqual([ref]);
  expect(refs(project)).toEqual([]);
  expect(project.read("bad.txt")).toBe("x\n");
});
