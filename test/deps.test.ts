import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { REPORT_SHAPES } from "./report-shapes.ts";

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: []
`;

/** `a`, on which `b` and `c` wait, for which `d` waits. */
async function aDiamond(): Promise<RealProject> {
  const project = createProject(CONFIG);
  const start = async (id: string, ...after: readonly string[]) =>
    project.orchestra("start", `Do ${id}`, "--id", id, ...after.flatMap((one) => ["--after", one]));
  await start("a");
  await start("b", "a");
  await start("c", "a");
  await start("d", "b", "c");
  await start("alone");
  return project;
}

test("a task is shown between what it waits for and what waits for it", async () => {
  using project = await aDiamond();
  expect((await project.orchestra("deps", "show", "b")).stdout).toBe(`· planned  b  Do b

Waits for
  ○ ready  a  Do a

Waited for by
  · planned  d  Do d
`);
  const { tasks } = REPORT_SHAPES.Deps.parse(await project.json("deps", "show", "b"));
  expect(tasks).toEqual([
    { id: "a", title: "Do a", state: "ready", dependsOn: [], dependents: ["b", "c"] },
    { id: "b", title: "Do b", state: "planned", dependsOn: ["a"], dependents: ["d"] },
    { id: "d", title: "Do d", state: "planned", dependsOn: ["b", "c"], dependents: [] },
  ]);
});

test("without a task, it is shown who waits for whom", async () => {
  using project = await aDiamond();
  const { stdout } = await project.orchestra("deps");
  expect(stdout).toMatch(/^ID +STATE +WAITS FOR +TITLE\nb +· planned +○ a +Do b\n/);
  expect(stdout).toMatch(/^d +· planned +· b, · c +Do d$/m);
  expect(stdout).not.toContain("alone");
  expect(REPORT_SHAPES.Deps.parse(await project.json("deps")).tasks).toHaveLength(5);
});

test("the graph is drawn as text, for Graphviz and for Mermaid", async () => {
  using project = await aDiamond();
  expect((await project.orchestra("deps", "graph")).stdout).toBe(`○ ready  a  Do a
├─ · planned  b  Do b
│  └─ · planned  d  Do d
└─ · planned  c  Do c
   └─ d (see above)
○ ready  alone  Do alone
`);
  const dot = await project.orchestra("deps", "graph", "--format", "dot");
  expect(dot.stdout).toMatch(/^digraph tasks \{\n[^]*"b" -> "d";[^]*\}\n$/);
  const mermaid = await project.orchestra("deps", "graph", "b", "--format", "mermaid");
  expect(mermaid.stdout).toMatch(/^flowchart LR\n[^]* --> /);
  expect(mermaid.stdout).not.toContain("Do c");
  expect(await project.orchestra("deps", "graph", "--format", "svg")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("Allowed choices are text, dot, mermaid"),
  });
});

test("a graph in which all can complete is valid, also one that has nothing", async () => {
  using project = createProject(CONFIG);
  expect((await project.orchestra("deps", "validate")).exitCode).toBe(0);
  await project.orchestra("start", "Do it", "--id", "a");
  const { stdout, exitCode } = await project.orchestra("deps", "validate");
  expect({ stdout, exitCode }).toEqual({
    exitCode: 0,
    stdout: "✓ 1 task, and nothing keeps any from completing.\n",
  });
});

test("who waits for what was cancelled is told, and what is typed then mends it", async () => {
  using project = await aDiamond();
  await project.orchestra("cancel", "a");
  const found = REPORT_SHAPES.DepsValidate.parse(await project.json("deps", "validate"));
  expect(found.flaws).toMatchObject([
    { kind: "dead", taskIds: ["b", "a"], blocked: 1 },
    { kind: "dead", taskIds: ["c", "a"], blocked: 1 },
  ]);
  const { exitCode, stdout } = await project.orchestra("deps", "validate");
  expect(exitCode).toBe(1);
  expect(stdout).toContain("✗ b waits for a, which is cancelled and will not complete.");
  for (const id of ["b", "c"]) await project.orchestra("resolve", id, "--retry");
  expect((await project.orchestra("deps", "validate")).exitCode).toBe(0);
});

test("a question that others wait for is no flaw for good, and needs a human", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", "exit 3", "--id", "a", "--max-retries", "0");
  await project.orchestra("start", "x", "--id", "b", "--after", "a");
  await project.orchestra("run");
  const { exitCode, stdout } = await project.orchestra("deps", "validate", "b");
  expect(exitCode).toBe(4);
  expect(stdout).toContain("? a waits for you, and other tasks wait for it. 1 task more waits");
});

test("cycles and tasks that are not there, which only a spoilt blackboard has, are named", async () => {
  using project = await aDiamond();
  const database = new DatabaseSync(join(project.root, ".orchestra/blackboard.db"));
  const set = database.prepare(
    "update tasks set data = json_set(data, '$.dependsOn', json(?)) where id = ?",
  );
  set.run('["d"]', "b");
  set.run('["gone"]', "alone");
  database.exec("update tasks set data = json_set(data, '$.state', 'planned') where id = 'alone'");
  database.close();
  const { flaws } = REPORT_SHAPES.DepsValidate.parse(await project.json("deps", "validate"));
  expect(flaws).toMatchObject([
    { kind: "cycle", taskIds: ["b", "d", "b"] },
    { kind: "missing", taskIds: ["alone", "gone"] },
  ]);
});

test("a task that is not there is refused, also before there is any", async () => {
  using project = createProject(CONFIG);
  for (const command of ["show", "graph", "validate"]) {
    expect((await project.orchestra("deps", command, "nothing")).exitCode).toBe(2);
  }
  await project.orchestra("start", "x", "--id", "a");
  expect(await project.orchestra("deps", "show", "nothing")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('There is no task "nothing"'),
  });
});

test("a subcommand that was mistyped is told, where it was taken for a task or for too much", async () => {
  using project = createProject("checks: []\n");
  for (const [line, meant] of [
    ["deps grpah", "orchestra deps graph"],
    ["daemon strat", "orchestra daemon start"],
    ["timeout lst", "orchestra timeout list"],
  ] as const) {
    const { exitCode, stderr } = await project.orchestra(...line.split(" "));
    expect({ line, exitCode, stderr }).toEqual({
      line,
      exitCode: 2,
      stderr: expect.stringContaining(`Did you mean \`${meant}\`?`),
    });
  }
  const { stderr } = await project.orchestra("deps", "show", "grpah");
  expect(stderr).not.toContain("Did you mean");
});
