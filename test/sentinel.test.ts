import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { COMMAND_SHAPES } from "./json-commands.ts";
import { REPORT_SHAPES } from "./report-shapes.ts";
import { exitOf } from "./exit-of.ts";

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: [clean_tree]
`;

type Shown = ReturnType<(typeof COMMAND_SHAPES.Show)["parse"]>;

async function worked(project: RealProject, id: string): Promise<Shown> {
  await project.orchestra("run");
  return COMMAND_SHAPES.Show.parse(await project.json("show", id));
}

const COMMITS = "echo x > x.txt; git add x.txt; git commit -qm x";

test("an agent that says that it is done, and never exits, is done", async () => {
  using project = createProject(CONFIG);
  const script = `${COMMITS}; touch .orchestra/tasks/one.done; sleep 600`;
  await project.orchestra("start", script, "--id", "one");
  const { task, attempts } = await worked(project, "one");
  expect(task.state).toBe("complete");
  expect(attempts).toMatchObject([{ state: "succeeded" }]);
  expect(project.git("ls-files")).not.toContain(".orchestra");
});

test("an agent that takes back that it is done goes on", async () => {
  using project = createProject(CONFIG);
  const done = ".orchestra/tasks/one.done";
  const script = `touch ${done}; sleep 1; rm ${done}; sleep 6; ${COMMITS}; exit 0`;
  await project.orchestra("start", script, "--id", "one", "--max-retries", "0");
  expect((await worked(project, "one")).attempts).toMatchObject([{ state: "succeeded" }]);
});

test("an agent that takes it back when it is ended was done", async () => {
  using project = createProject(CONFIG);
  const done = ".orchestra/tasks/one.done";
  const script = `trap 'rm ${done}; exit 1' TERM; ${COMMITS}; touch ${done}; sleep 600 & wait`;
  await project.orchestra("start", script, "--id", "one", "--max-retries", "0");
  expect((await worked(project, "one")).attempts).toMatchObject([{ state: "succeeded" }]);
});

test("being done beats the crash that comes after it", async () => {
  using project = createProject(CONFIG);
  const script = `${COMMITS}; touch .orchestra/tasks/one.done; kill -9 $$`;
  await project.orchestra("start", script, "--id", "one");
  const { task, attempts } = await worked(project, "one");
  expect(task.state).toBe("complete");
  expect(attempts[0]?.evidence).toContainEqual(
    expect.objectContaining({ output: "The agent said by its file that it was done." }),
  );
});

test("an error that is said is the failure, also of who exits with 0, and not of the next attempt", async () => {
  using project = createProject(CONFIG);
  const script = `
    test -e .orchestra/tasks/one.error && exit 9
    ${COMMITS} || true
    case $ORCHESTRA_ATTEMPT_ID in *-1) echo '{"error": "no table"}' > .orchestra/tasks/one.error;; esac
    exit 0`;
  await project.orchestra("start", script, "--id", "one");
  const { task, attempts } = await worked(project, "one");
  expect(attempts).toMatchObject([
    { state: "failed", failure: { class: "unknown", message: "no table" } },
    { state: "succeeded" },
  ]);
  expect(task.state).toBe("complete");
});

test("a task whose agent calls it cancelled waits for a person, with the reason and the work", async () => {
  using project = createProject(CONFIG);
  const script = `${COMMITS}; echo 'It is there already.' > .orchestra/tasks/one.cancelled; exit 0`;
  await project.orchestra("start", script, "--id", "one");
  await project.orchestra("start", "exit 0", "--id", "two", "--after", "one");
  const { task, attempts } = await worked(project, "one");
  expect(task.state).toBe("waiting_human");
  expect(attempts).toMatchObject([{ state: "failed", failure: { class: "cancelled" } }]);
  expect(project.git("log", "-1", "--format=%s", attempts[0]?.branch ?? "")).toBe("x");
  const { stdout } = await project.orchestra("status");
  expect(stdout).toMatch(/one[^]*cancelled: It is there already\. Retry/);
  expect(await project.json("show", "two")).toMatchObject({ task: { state: "planned" } });
});

test("an agent that puts a file in place of the folder ends, and the file is not its work", async () => {
  using project = createProject(CONFIG);
  const script = `${COMMITS}; rm -rf .orchestra; echo x > .orchestra; exit 0`;
  await project.orchestra("start", script, "--id", "one");
  expect((await worked(project, "one")).task.state).toBe("complete");
  expect(project.git("ls-files")).toMatch(/x\.txt/);
  expect(project.git("ls-files")).not.toContain(".orchestra");
});

const LINKS = "rm -rf .orchestra; ln -s .orchestra .orchestra; sleep 600";

test("an agent that links the folder to itself is timed out, and the next one has a folder", async () => {
  using project = createProject(CONFIG);
  const script = `
    case $ORCHESTRA_ATTEMPT_ID in *-1) ${LINKS};; esac
    ${COMMITS}; touch .orchestra/tasks/one.done; kill -9 $$`;
  await project.orchestra("start", script, "--id", "one", "--timeout", "3s");
  const { task, attempts } = await worked(project, "one");
  expect(attempts).toMatchObject([{ state: "timed_out" }, { state: "succeeded" }]);
  expect(task.state).toBe("complete");
});

test("an agent that links the folder to itself can be cancelled", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", LINKS, "--id", "one");
  const run = project.start("run");
  for await (const told of run.stdout ?? []) if (String(told).includes("started")) break;
  expect(await project.orchestra("cancel", "one")).toMatchObject({ exitCode: 0, stderr: "" });
  await exitOf(run);
  expect(await project.json("show", "one")).toMatchObject({ task: { state: "cancelled" } });
});

/** As the founding queue has it: a template by file, one inline, and an agent that has none. */
const AGENT_CONFIG = {
  agents: {
    byfile: {
      command: "sh",
      args: [
        "-c",
        'printf "%s" "$2" > got.txt; printf "%s|" "$@" > args.txt; touch $1',
        "sh",
        ".orchestra/tasks/{taskId}.done",
        "{prompt}",
        "{agent}",
      ],
      description: "An agent of the founding queue",
      promptTemplateFile: ".orchestra-cli/prompts/coder.txt",
      promptTemplate: "never used",
    },
    basic: {
      command: "sh",
      args: [
        "-c",
        'cat > got.txt; touch "$(grep -o "[.]orchestra/tasks/[^ ]*[.]done" got.txt)"; exit 3',
      ],
    },
    broken: { command: "true", args: ["{prompt}"], promptTemplate: "Do {task} now." },
  },
};

const TEMPLATE = `# {taskId} by {agent}
{userPrompt}
Plan: {planFile}. Then write {{"done": true}} or {"done": 1} to .orchestra/tasks/{taskId}.done
`;

function foundingProject(config = "checks: []\n"): RealProject {
  const project = createProject(config);
  mkdirSync(join(project.root, ".orchestra-cli/prompts"), { recursive: true });
  writeFileSync(
    join(project.root, ".orchestra-cli/agent-config.json"),
    JSON.stringify(AGENT_CONFIG),
  );
  writeFileSync(join(project.root, ".orchestra-cli/prompts/coder.txt"), TEMPLATE);
  return project;
}

test("agents of an agent-config.json are read as they are, and a prompt cannot hijack them", async () => {
  using project = foundingProject();
  const prompt = "keep {agent} and {taskId} and {userPrompt}";
  await project.orchestra("start", "byfile", prompt, "--id", "one");
  expect((await worked(project, "one")).task.state).toBe("complete");
  const got = project.read("got.txt");
  expect(got).toMatch(/^# one by byfile\n/);
  expect(got).toContain(prompt);
  expect(got).toContain(
    'Plan: .orchestra/plans/one_plan.md. Then write {"done": true} or {"done": 1} to',
  );
  expect(project.read("args.txt")).toMatch(/^\.orchestra\/tasks\/one\.done\|.*\|byfile\|$/s);
});

test("an agent without a template is told its task and the file that ends it", async () => {
  using project = foundingProject();
  await project.orchestra("start", "basic", "Say hello.", "--id", "two");
  expect((await worked(project, "two")).task.state).toBe("complete");
  expect(project.read("got.txt")).toMatch(/^Your Task ID is two\. Task: .*Say hello\./s);
});

test("a template that names what there is not fails with its name", async () => {
  using project = foundingProject();
  await project.orchestra("start", "broken", "Say hello.", "--id", "three");
  const { attempts } = await worked(project, "three");
  expect(attempts[0]?.failure?.message).toContain("{task}");
});

test("they are shown with the configuration, and with the file that they come from", async () => {
  using project = foundingProject("agents:\n  basic: { adapter: command, command: [my-own] }\n");
  const { settings } = REPORT_SHAPES.ConfigShow.parse(await project.json("config", "show"));
  const agents = settings.filter(({ key }) => key.startsWith("agents."));
  const file = { kind: "file", file: ".orchestra-cli/agent-config.json" };
  expect(agents).toEqual(
    expect.arrayContaining([
      { key: "agents.byfile.adapter", value: "command", origin: { kind: "default" } },
      { key: "agents.byfile.command", value: expect.arrayContaining(["sh"]), origin: file },
      { key: "agents.byfile.template", value: ".orchestra-cli/prompts/coder.txt", origin: file },
      { key: "agents.broken.promptTemplate", value: expect.any(String), origin: file },
      expect.objectContaining({ key: "agents.basic.command", value: ["my-own"] }),
    ]),
  );
  const { stdout } = await project.orchestra("config", "show", "--origin");
  expect(stdout).toMatch(/^agents\.byfile\.command: .* {2}# \.orchestra-cli\/agent-config\.json$/m);
});

test("they stand beside those of orchestra.yaml, which are first, and a change is seen at once", async () => {
  using project = foundingProject(
    "agents:\n  basic: { adapter: command, command: [my-own] }\ndefaults: { agent: byfile }\n",
  );
  const listed = async () =>
    COMMAND_SHAPES.AgentsList.parse(await project.json("agents", "list")).agents;
  expect((await listed()).map(({ name }) => name).toSorted()).toEqual([
    "basic",
    "broken",
    "byfile",
    "claude",
  ]);
  expect((await project.orchestra("config", "validate")).exitCode).toBe(0);
  writeFileSync(
    join(project.root, "WORKFLOW.md"),
    "---\nagent: { max_concurrent_agents: 4 }\n---\n",
  );
  expect((await project.orchestra("import", "WORKFLOW.md")).exitCode).toBe(0);
  writeFileSync(join(project.root, ".orchestra-cli/agent-config.json"), '{"agents": {"x": 1}}');
  const refused = await project.orchestra("status");
  const start = await project.orchestra("start", "x");
  expect([refused.exitCode, start.exitCode]).toContain(3);
  expect(start.stderr).toMatch(/agent-config\.json: agents\.x: .*Nothing was changed/);
});
