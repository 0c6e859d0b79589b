import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { COMMAND_SHAPES } from "./json-commands.ts";

const CONFIG = `# Ours.
agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
`;
const { ImportTasks, ImportWorkflow } = COMMAND_SHAPES;

function write(project: RealProject, name: string, text: string | Buffer): void {
  mkdirSync(join(project.root, name, ".."), { recursive: true });
  writeFileSync(join(project.root, name), text);
}

const TASKS = `tasks:
  - id: plan
    status: done
    title: Plan
  - id: WALLS_1
    prompt: "echo brick > walls.txt; exit 0"
    dependsOn: [plan]
  - id: roof
    prompt: "test -s walls.txt; echo slate > roof.txt; exit 0"
    after: WALLS_1
    priority: high
    check: test -s roof.txt
`;

test("tasks of a file are added once, keep their ids and their order, and are worked", async () => {
  using project = createProject(CONFIG);
  write(project, "tasks.yaml", TASKS);
  const { stdout } = await project.orchestra("import", "tasks.yaml", "--dry-run");
  expect(stdout).toMatch(
    /2 tasks would be added[^]*ready {2}walls-1[^]*└─.*planned {2}roof[^]*plan .*done/,
  );
  expect((await project.orchestra("status")).stdout).toMatch(/^No tasks yet/);

  const first = ImportTasks.parse(await project.json("import", "tasks.yaml"));
  expect(first.added).toMatchObject([{ id: "walls-1" }, { id: "roof", dependsOn: ["walls-1"] }]);
  expect(first.skipped).toMatchObject([{ sourceId: "plan", why: "closed" }]);
  const again = ImportTasks.parse(await project.json("import", "tasks.yaml"));
  expect(again.added).toEqual([]);
  expect(again.skipped.map(({ why }) => why)).toEqual(["closed", "is_there", "is_there"]);

  expect((await project.orchestra("run")).exitCode).toBe(0);
  expect(project.git("show", "main:roof.txt")).toBe("slate");
  write(project, "tasks.yaml", `${TASKS}  - { id: door, prompt: "exit 0", needs: [roof] }\n`);
  expect(ImportTasks.parse(await project.json("import", "tasks.yaml")).added).toMatchObject([
    { id: "door", dependsOn: ["roof"] },
  ]);
  expect(await project.json("show", "door")).toMatchObject({ task: { state: "ready" } });
});

test("a checklist, a list of lines and the issues of Beads are taken over by their names alone", async () => {
  using project = createProject(CONFIG);
  write(project, "tasks.md", "# Plan\n\n- [x] Old\n- [ ] T001 New\n  After: a\n");
  write(project, "todo.jsonl", '{"id":"a","title":"A"}\n{"id":"b","title":"B","deps":["a"]}\n');
  const bead = {
    issue_type: "bug",
    status: "open",
    priority: 0,
    created_at: "2025-01-01T00:00:00Z",
  };
  const needs = [{ issue_id: "bd-2", depends_on_id: "bd-1", type: "blocks" }];
  const beads = [
    { ...bead, id: "bd-1", title: "Crash" },
    { ...bead, id: "bd-2", title: "Slow", dependencies: needs },
  ];
  write(project, ".beads/issues.jsonl", beads.map((one) => JSON.stringify(one)).join("\n"));
  const added: string[] = [];
  for (const name of ["todo.jsonl", "tasks.md", ".beads", ".beads/issues.jsonl"]) {
    const value = ImportTasks.parse(await project.json("import", name));
    added.push(value.added.map(({ id, dependsOn }) => [id, ...dependsOn].join("<")).join(" "));
  }
  expect(added).toEqual(["a b<a", "t001<a", "bd-1 bd-2<bd-1", ""]);
  expect(await project.json("show", "bd-1")).toMatchObject({ task: { priority: 9 } });
});

const ISSUES = [
  {
    number: 12,
    title: "Login is slow",
    body: "<!-- Describe it -->\r\nIt takes 9 s.\r\n\r\nBlocked by #7 and #3\r\n",
    url: "https://github.com/acme/shop/issues/12",
    labels: [{ id: "x", name: "agent", color: "fff" }, { name: "priority: high" }],
  },
  { number: 7, title: "Measure the login", body: "", url: "https://example.com/7", labels: [] },
];

/** Puts a `gh` on the path that writes down what it was asked, and does what the script says. */
function installGh(project: RealProject, script: string): void {
  const gh = join(project.root, "../bin/gh");
  writeFileSync(gh, `#!/bin/sh\nprintf '%s\\n' "$@" > "$(dirname "$0")/asked"\n${script}\n`);
  chmodSync(gh, 0o755);
}

test("the open issues of GitHub are asked of gh, and wait for those that block them", async () => {
  using project = createProject(CONFIG);
  write(project, "../issues.json", JSON.stringify(ISSUES));
  installGh(project, `cat ${join(project.root, "../issues.json")}`);
  const options = ["--label", "agent", "--label", "ready", "--limit", "50", "--repo", "acme/shop"];
  const value = ImportTasks.parse(await project.json("import", "github", ...options));
  const asked = readFileSync(join(project.root, "../bin/asked"), "utf8").trimEnd();
  expect(asked.replaceAll("\n", " ")).toBe(
    "issue list --state open --limit 50 --json number,title,body,url,labels --label agent --label ready --repo acme/shop",
  );
  expect(value.added).toMatchObject([
    { id: "gh-12", title: "Login is slow", dependsOn: ["gh-7"] },
    { id: "gh-7", dependsOn: [] },
  ]);
  expect(await project.json("show", "gh-12")).toMatchObject({
    task: {
      prompt: `Login is slow\n\nIt takes 9 s.\r\n\r\nBlocked by #7 and #3\n\nIssue #12: ${ISSUES[0]?.url}`,
      priority: 7,
    },
  });
  const { stdout, stderr } = await project.orchestra("import", "github", "--limit", "2");
  expect(stdout).toMatch(/0 tasks added[^]*gh-12[^]*on the blackboard already/);
  expect(stderr).toMatch(/There may be more issues/);
});

test("a template has of an issue what its own words describe, and else what it says for none", async () => {
  using project = createProject(CONFIG);
  write(project, "../issues.json", JSON.stringify(ISSUES));
  installGh(project, `cat ${join(project.root, "../issues.json")}`);
  write(
    project,
    "WORKFLOW.md",
    "{{ issue.title }}: {% if issue.description %}{{ issue.description }}{% else %}none{% endif %}",
  );
  await project.json("import", "github", "--template", "WORKFLOW.md");
  expect(await project.json("show", "gh-12")).toMatchObject({
    task: { prompt: "Login is slow: It takes 9 s.\r\n\r\nBlocked by #7 and #3" },
  });
  expect(await project.json("show", "gh-7")).toMatchObject({
    task: { prompt: "Measure the login: none" },
  });
});

test.each([
  ["exit 4", /gh is not logged in: gh auth login/],
  ["echo 'could not find any git remotes' >&2; exit 1", /could not find any git remotes/],
  ["echo '<html>'", /no list of issues/],
  ["echo '[{\"number\": 1}]'", /no list of issues/],
  [undefined, /gh, the command line of GitHub, is not installed/],
])("a gh that says %j is told of in one line, and nothing is queued", async (script, words) => {
  using project = createProject(CONFIG);
  if (script !== undefined) installGh(project, script);
  const { exitCode, stderr } = await project.orchestra("import", "github");
  expect({ exitCode, stderr }).toEqual({ exitCode: 75, stderr: expect.stringMatching(words) });
  expect((await project.orchestra("status")).stdout).toMatch(/^No tasks yet/);
});

const WORKFLOW = `---
tracker: { kind: linear, project_slug: shop }
agent: { max_concurrent_agents: "4", max_turns: 20 }
hooks:
  after_create: git clone https://example.com/shop.git .
  before_remove: make clean
codex: { command: codex app-server, turn_timeout_ms: 1800000 }
---

You work on {{ issue.identifier }}: {{ issue.title }}
{% if attempt %}Again.{% endif %}{% if issue.labels %}Labels: {{ issue.labels }}{% else %}No label.{% endif %}

{{ issue.description }}
`;

test("a WORKFLOW.md becomes settings, and makes prompts that no title can rewrite", async () => {
  using project = createProject(CONFIG);
  write(project, "WORKFLOW.md", WORKFLOW);
  const before = project.read("orchestra.yaml");
  const dry = ImportWorkflow.parse(await project.json("import", "WORKFLOW.md", "--dry-run"));
  expect(project.read("orchestra.yaml")).toBe(before);
  const value = ImportWorkflow.parse(await project.json("import", "WORKFLOW.md"));
  expect({ ...value, isDryRun: true }).toEqual(dry);
  expect(value.settings.map(({ key, after }) => [key, after])).toEqual([
    ["limits.parallel", 4],
    ["agents.codex.adapter", "codex"],
    ["defaults.agent", "codex"],
    ["defaults.timeout", "1800s"],
    ["workspace.teardown", ["make clean"]],
  ]);
  expect(value.left).toEqual([
    "tracker.kind",
    "tracker.project_slug",
    "agent.max_turns",
    "hooks.after_create",
    "codex.command",
  ]);
  expect(project.read("orchestra.yaml")).toMatch(/^# Ours\.\n[^]*parallel: 4/);
  expect((await project.orchestra("config", "validate")).exitCode).toBe(0);

  write(project, "tasks.json", '[{"id": 5, "title": "Say {{ issue.id }} {% if x %}"}]');
  const options = ["--template", "WORKFLOW.md", "--agent", "shell"];
  await project.json("import", "tasks.json", ...options);
  const title = "Say {{ issue.id }} {% if x %}";
  expect(await project.json("show", "5")).toMatchObject({
    task: { agent: "shell", prompt: `You work on 5: ${title}\nNo label.` },
  });
});

const TASK = '{"id": "a", "title": "A"}';

test.each([
  ["t.json", "[", /t\.json:1: it cannot be read/],
  ["t.json", '{"name": "some-package"}', /t\.json: holds no tasks/],
  ["t.json", `[${TASK},\n{"id": "b", "title": "B", "deps": ["c"]}]`, /t\.json:2: b waits for "c"/],
  [
    "t.json",
    '[{"id":"a","title":"A","deps":["b"]},{"id":"b","title":"B","deps":["a"]}]',
    /a → b → a/,
  ],
  ["t.json", `[${TASK},${TASK}]`, /would have the same id/],
  ["t.json", () => Buffer.alloc(100 * 1024 ** 2, " "), /t\.json: it is larger than 16 MiB/],
  ["t.json", () => Buffer.from([0x5b, 0xff, 0x5d]), /not valid UTF-8/],
  [
    "t.json",
    () => Buffer.from(`[${'{"title":"x"},'.repeat(10_000)}{"title":"x"}]`),
    /holds 10001 tasks; at most 10000/,
  ],
  ["t.jsonl", `${TASK}\n{"id": "b", "ti`, /t\.jsonl:2: the line is no JSON/],
  ["t.md", "Words.", /t\.md: holds no tasks/],
  [
    "t.md",
    "- [ ] Fix the login\n\n- [ ] Fix the login\n",
    /t\.md:3: .* as "fix-the-login" in t\.md:1; take one out, or .* a line `Id: NAME` under it/,
  ],
  ["t.yaml", "- id: a\n  title: [A]\n", /t\.yaml:1: title: expected text, got a list/],
  ["t.json", "", /t\.json: it is empty/],
  ["t.jsonl", "", /t\.jsonl: it is empty/],
  ["t.ndjson", "\n \n", /t\.ndjson: it is empty/],
  ["t.md", "", /t\.md: it is empty/],
  ["t.yaml", "", /t\.yaml: it is empty/],
  ["t.yaml", "# Later.\n", /holds no tasks/],
  [".beads/issues.jsonl", "", /issues\.jsonl: it is empty/],
  ["WORKFLOW.md", "", /WORKFLOW\.md: it is empty/],
  [".beads/issues.jsonl", '{"issue_type": "bug"}', /issues\.jsonl:1: id: expected text/],
  ["WORKFLOW.md", "---\nagent: [", /have no end/],
  [
    "WORKFLOW.md",
    "---\nagent: { max_concurrent_agents: lots }\n---\n",
    /agent\.max_concurrent_agents: expected a whole/,
  ],
  [
    "WORKFLOW.md",
    "---\nagent: { max_concurrent_agents: 9999 }\n---\n",
    /WORKFLOW\.md: limits\.parallel: expected at most/,
  ],
] as const)(
  "%s that holds %j is refused in one line, and nothing is changed",
  async (name, contents, words) => {
    using project = createProject(CONFIG);
    write(project, name, typeof contents === "string" ? contents : contents());
    const { stderr, ...ran } = await project.orchestra("import", name);
    expect(ran).toEqual({ stdout: "", exitCode: 2 });
    expect(stderr).toMatch(words);
    expect(stderr).toMatch(/^orchestra: \P{Control}{1,1000}\n$/u);
    expect(project.read("orchestra.yaml")).toBe(CONFIG);
    expect((await project.orchestra("status")).stdout).toMatch(/^No tasks yet/);
  },
);

test("a file with nothing in it makes no blackboard", async () => {
  using project = createProject(CONFIG);
  write(project, "t.jsonl", "");
  await project.orchestra("--store", "sqlite:t.db", "import", "t.jsonl");
  expect(existsSync(join(project.root, "t.db"))).toBe(false);
});

test.each([
  ["t.json --label x", /go with the issues of GitHub alone/],
  ["t.db --agent shell", /go with tasks alone/],
  ["t.db --dry-run", /"t\.db" is taken for a blackboard, .*--from tasks/],
  ["t.json --from everything", /--from must be one of tasks, beads/],
  ["github --limit 0", /--limit must be a whole number from 1 to 1000/],
  ["t.json --template none.md", /none\.md: it does not exist/],
  ["t.json", /t\.json: it does not exist/],
])("import %s is refused before anything is done", async (line, words) => {
  using project = createProject(CONFIG);
  if (line.includes("template")) write(project, "t.json", `[${TASK}]`);
  const ran = await project.orchestra("import", ...line.split(" "));
  expect(ran).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(words) });
});

test("a pipe or a device is refused, instead of waiting for what it may never give", async () => {
  using project = createProject(CONFIG);
  const pipe = (name: string): string => {
    execFileSync("mkfifo", [join(project.root, name)]);
    return name;
  };
  write(project, "t.json", `[${TASK}]`);
  for (const line of [
    pipe("pipe.json"),
    pipe("pipe.jsonl"),
    pipe("pipe.md"),
    pipe("WORKFLOW.md"),
    pipe("pipe"),
    "pipe --from beads",
    `t.json --template ${pipe("template.md")}`,
    "/dev/zero",
    "/dev/zero --from tasks",
    `sqlite:${pipe("pipe.db")}`,
  ]) {
    const ran = await project.orchestra("import", ...line.split(" "));
    expect({ line, ...ran }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^orchestra: .* no file .*first\. Nothing was changed\.\n$/),
    });
  }
  expect((await project.orchestra("status")).stdout).toMatch(/^No tasks yet/);
});

test("a task for an agent that is not configured is refused with its place", async () => {
  using project = createProject(CONFIG);
  write(project, "t.json", '[\n{"title": "A"},\n{"title": "B", "agent": "nobody"}]');
  expect(await project.orchestra("import", "t.json")).toMatchObject({
    exitCode: 3,
    stderr: expect.stringMatching(/t\.json:3: There is no agent "nobody"/),
  });
  expect((await project.orchestra("status")).stdout).toMatch(/^No tasks yet/);
});

test("two that import the same at once add it once", async () => {
  using project = createProject(CONFIG);
  const tasks = Array.from({ length: 50 }, (_, at) => ({ id: `t${at}`, title: `Task ${at}` }));
  write(project, "t.json", JSON.stringify(tasks));
  const ran = await Promise.all(
    Array.from({ length: 4 }, async () => project.orchestra("import", "t.json")),
  );
  expect(ran.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
  expect(await project.json("status")).toMatchObject({ counts: { ready: 50 } });
});
