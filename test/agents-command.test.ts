import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { livingProcesses } from "./agents/living-processes.ts";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { COMMAND_SHAPES } from "./json-commands.ts";

/** By which processes of the slow agent are known. */
const MARK = `trial-${process.pid}`;

const CONFIG = `agents:
  good: { adapter: command, command: [sh, -c, "cat; echo ready"], prompt: stdin, limit: 2 }
  slow: { adapter: command, command: [sh, -c, "setsid sleep 300 & sleep 300"], prompt: stdin, env: { ORCHESTRA_ROOT: ${MARK} } }
  bad: { adapter: command, command: [sh, -c, "echo no credit >&2; exit 3"], prompt: stdin }
  gone: { adapter: command, command: [no-such-program] }
defaults: { agent: good }
`;

async function testedIn(project: RealProject, ...args: readonly string[]) {
  const { stdout, exitCode } = await project.orchestra("--json", "agents", "test", ...args);
  const { agents } = COMMAND_SHAPES.AgentsTest.parse(JSON.parse(stdout));
  return { exitCode, verdicts: Object.fromEntries(agents.map((one) => [one.name, one])) };
}

test("agents are listed with what keeps them from being used", async () => {
  using project = createProject(CONFIG);
  const { stdout } = await project.orchestra("--json", "agents", "list");
  const { agents } = COMMAND_SHAPES.AgentsList.parse(JSON.parse(stdout));
  expect(agents).toContainEqual({ name: "good", adapter: "command", limit: 2, isDefault: true });
  const gone = agents.find(({ name }) => name === "gone");
  expect(gone?.problem).toContain("no-such-program");

  const shown = await project.orchestra("agents", "list");
  expect(shown).toMatchObject({ exitCode: 0 });
  expect(shown.stdout).toMatch(/^AGENT +ADAPTER +MODEL +VERSION +LIMIT\n/);
  expect(shown.stdout).toMatch(/^good \(default\) +command +2$/m);
});

test("an agent whose command is a file of the project is tested with it, and leaves no worktree", async () => {
  using project = createProject(
    "agents:\n  ours: { adapter: command, command: [sh, bin/ours.sh], prompt: stdin }\n",
  );
  mkdirSync(join(project.root, "bin"));
  writeFileSync(join(project.root, "bin/ours.sh"), "cat; echo ready\n");
  project.git("add", "bin");
  project.git("commit", "-q", "-m", "Add our agent");
  const { exitCode, verdicts } = await testedIn(project, "ours");
  expect({ exitCode, verdict: verdicts["ours"] }).toMatchObject({
    exitCode: 0,
    verdict: { isUsable: true },
  });
  expect(project.git("worktree", "list").split("\n")).toHaveLength(1);
});

test("an agent that is tested answers a question, or says why it cannot, and leaves nothing", async () => {
  using project = createProject(CONFIG);
  const { exitCode, verdicts } = await testedIn(
    project,
    "good",
    "slow",
    "bad",
    "gone",
    "--timeout",
    "2s",
  );
  expect(exitCode).toBe(3);
  expect(verdicts).toMatchObject({
    good: { isUsable: true, detail: expect.stringContaining("ready") as unknown },
    slow: { isUsable: false, detail: "timeout: It has not answered within 2 s." },
    bad: { isUsable: false, detail: expect.stringContaining("no credit") as unknown },
    gone: { isUsable: false, detail: expect.stringContaining("no-such-program") as unknown },
  });
  expect(livingProcesses(MARK)).toEqual([]);
});

test("one that can be used ends with 0, and one that there is not is refused", async () => {
  using project = createProject(CONFIG);
  expect((await testedIn(project, "good")).exitCode).toBe(0);
  const refused = await project.orchestra("agents", "test", "god");
  expect(refused).toMatchObject({ exitCode: 3, stdout: "" });
  expect(refused.stderr).toContain('no agent "god"');
});
