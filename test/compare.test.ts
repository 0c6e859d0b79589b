import { expect, test } from "vitest";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { until } from "./agents/until.ts";
import { holdAgent } from "./held-agent.ts";
import { REPORT_SHAPES } from "./report-shapes.ts";

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: [test ! -e bad.txt]
`;

/** A first try that fails its check, and a second that passes. */
const SECOND_TIME_LUCKY = `if [ -e ../tried ]; then rm -f bad.txt; echo x > a.txt; else touch ../tried; printf '1\\n2\\n' > bad.txt; fi; exit 0`;

async function compared(project: RealProject, ...ids: readonly string[]) {
  return REPORT_SHAPES.Compare.parse(await project.json("compare", ...ids)).attempts;
}

test("the attempts of a task stand side by side", async () => {
  using project = createProject(CONFIG);
  const script = SECOND_TIME_LUCKY.replaceAll("../tried", `${project.root}/../tried`);
  await project.orchestra("start", script, "--id", "lucky");
  await project.orchestra("run");
  const [first, second] = await compared(project, "lucky");
  expect(first).toMatchObject({
    attempt: 1,
    state: "failed",
    failure: { class: "check_failed" },
    changes: { files: 1, insertions: 2, deletions: 0 },
  });
  expect(first?.checks).toMatchObject([
    { name: "exit_code", passed: true },
    { name: "has_changes", passed: true },
    { name: "test ! -e bad.txt", passed: false },
  ]);
  expect(second).toMatchObject({ attempt: 2, state: "succeeded", changes: { insertions: 1 } });
  expect(second).not.toHaveProperty("costUsd");

  const { stdout } = await project.orchestra("compare", "lucky");
  expect(stdout).toMatch(
    /^ +lucky · 1 +lucky · 2\nagent +shell +shell\nstate +failed +succeeded\nwhy +check failed\n/,
  );
  expect(stdout).toMatch(/^check test ! -e bad\.txt +✗ 0s +✓ 0s$/m);
  expect(stdout).toMatch(/^lines +\+2 -0 +\+1 -0$/m);
  expect(stdout).not.toMatch(/^(tokens|cost) /m);
});

test("of several tasks the latest attempts stand side by side, as they were named", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", "echo x > a.txt; exit 0", "--id", "one", "--no-merge");
  await project.orchestra(
    "start",
    "echo x > a.txt; echo y > b.txt; exit 0",
    "--id",
    "two",
    "--no-merge",
  );
  await project.orchestra("run");
  const attempts = await compared(project, "two", "one", "two");
  expect(attempts.map(({ taskId, changes }) => [taskId, changes?.files])).toEqual([
    ["two", 2],
    ["one", 1],
  ]);
  expect((await project.orchestra("compare", "two", "one")).stdout).toMatch(
    /^ +two · 1 +one · 1\ntitle +echo x > a\.txt; echo y > b\.tx… +echo x > a\.txt; exit 0\n/,
  );
});

test("an agent at work is compared by what it has done so far", async () => {
  using project = createProject(CONFIG);
  const agent = holdAgent(project);
  await project.orchestra("start", `echo x > a.txt; ${agent.waits}; exit 0`, "--id", "live");
  const running = project.start("run");
  await agent.began();
  const attempt = await until(async () => {
    const [one] = await compared(project, "live");
    return one?.changes && one.durationMs !== undefined ? one : undefined;
  });
  expect(attempt).toMatchObject({ state: "running", changes: { files: 1, insertions: 1 } });
  running.kill("SIGKILL");
  await project.orchestra("cancel", "live");
});

test("a commit that git has no longer leaves the rest to be compared", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", "echo x > a.txt; exit 0", "--id", "gone", "--no-merge");
  await project.orchestra("run");
  const [before] = await compared(project, "gone");
  project.git("branch", "-D", before?.branch ?? "");
  await project.shell("git reflog expire --all --expire=now; git gc -q --prune=now");
  const [attempt] = await compared(project, "gone");
  expect(attempt).toMatchObject({ state: "succeeded", checks: [{}, {}, {}] });
  expect(attempt).not.toHaveProperty("changes");
});

test("what was not attempted yet, or is not there, is refused", async () => {
  using project = createProject(CONFIG);
  expect((await project.orchestra("compare", "nothing")).exitCode).toBe(2);
  await project.orchestra("start", "x", "--id", "new");
  expect(await project.orchestra("compare", "new")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("was not attempted yet"),
  });
  expect((await project.orchestra("compare")).exitCode).toBe(2);
});
