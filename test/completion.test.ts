import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test, type TestContext } from "vitest";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { REPORT_SHAPES } from "./report-shapes.ts";

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: []
`;

const SHELLS = ["bash", "zsh", "fish"] as const;

function withShell(context: TestContext, shell: string): void {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const isThere = folders.some((folder) => existsSync(join(folder, shell)));
  context.skip(!isThere, `There is no ${shell} here.`);
}

/** A project with a task that is cancelled, one that is ready and one that waits for it. */
async function queued(): Promise<RealProject> {
  const project = createProject(CONFIG);
  await project.orchestra("start", "Old: one", "--id", "old");
  await project.orchestra("cancel", "old");
  await project.orchestra("start", "New one", "--id", "new-a");
  await project.orchestra("start", "Later", "--id", "new-b", "--after", "new-a");
  return project;
}

/** What bash completes a line to, whose last word may be empty; split where bash splits. */
async function inBash(project: RealProject, ...words: readonly string[]): Promise<string[]> {
  const line = words.map((word) => `'${word}'`).join(" ");
  const { stdout } = await project.shell(
    `bash --norc -c 'source <(orchestra completion bash); COMP_WORDS=(orchestra "$@"); COMP_CWORD=$#; _orchestra; printf "%s\\n" "\${COMPREPLY[@]}"' bash ${line}`,
  );
  return stdout.split("\n").filter((one) => one !== "");
}

test("bash completes commands, options and their values", async (context) => {
  withShell(context, "bash");
  using project = await queued();
  expect(await inBash(project, "re")).toEqual(["replay", "retry", "resolve", "resume", "recover"]);
  expect(await inBash(project, "deps", "gr")).toEqual(["graph"]);
  expect(await inBash(project, "deps", "graph", "--f")).toEqual(["--format"]);
  expect(await inBash(project, "deps", "graph", "--format", "=", "d")).toEqual(["dot"]);
  expect(await inBash(project, "--json", "stat")).toEqual(["status"]);
  expect(await inBash(project, "start", "")).toEqual(["claude", "shell"]);
  expect(await inBash(project, "start", "claude,s")).toEqual(["claude,shell"]);
  expect(await inBash(project, "config", "set", "limits.p")).toEqual(["limits.parallel"]);
  expect(await inBash(project, "config", "unset", "agents.s")).toEqual(["agents.shell"]);
  expect(await inBash(project, "completion", "")).toEqual(["zsh", "bash", "fish"]);
});

test("bash completes the ids of the tasks that there are, and that a command can be about", async (context) => {
  withShell(context, "bash");
  using project = await queued();
  expect(await inBash(project, "show", "")).toEqual(["new-b", "new-a", "old"]);
  expect(await inBash(project, "show", "--json", "new")).toEqual(["new-a", "new-b"]);
  expect(await inBash(project, "cancel", "new-a", "")).toEqual(["new-b", "new-a"]);
  expect(await inBash(project, "retry", "")).toEqual(["old"]);
  expect(await inBash(project, "resolve", "")).toEqual([]);
  expect(await inBash(project, "start", "--after", "new-b")).toEqual(["new-b"]);
  await project.orchestra("--store", "files:other", "start", "Elsewhere", "--id", "else");
  expect(await inBash(project, "--store", "files:other", "show", "")).toEqual(["else"]);
});

test("where nothing can be told, nothing is completed, and nothing is said", async (context) => {
  withShell(context, "bash");
  using project = createProject("agents: [");
  expect(await inBash(project, "show", "")).toEqual([]);
  expect(await inBash(project, "start", "")).toEqual([]);
  const typed = "orchestra\nshow\n\n.";
  const outside = await project.orchestraIn("/", "completion", "words", typed);
  expect(outside).toEqual({ exitCode: 0, stdout: "", stderr: "" });
});

test("a shell is told of each word what it is, and of files that they are wanted", async () => {
  using project = await queued();
  const ask = async (...words: readonly string[]): Promise<string> => {
    const typed = ["orchestra", ...words, "."].join("\n");
    return (await project.orchestra("completion", "words", typed)).stdout;
  };
  expect(await ask("show", "o")).toBe("old\tcancelled: Old: one\n");
  expect(await ask("stat")).toBe("status\tshow what is going on\n");
  expect(await ask("backup", "")).toBe(":files\n");
});

test.each(SHELLS)("the script for %s is printed as it is, or in a value", async (shell) => {
  using project = createProject(CONFIG);
  const { script } = REPORT_SHAPES.Completion.parse(await project.json("completion", shell));
  expect((await project.orchestra("completion", shell)).stdout).toBe(`${script}\n`);
});

test.for(SHELLS)("%s finds no fault with its script", async (shell, context) => {
  withShell(context, shell);
  using project = createProject(CONFIG);
  const check = await project.shell(
    `orchestra completion ${shell} > ../script && ${shell} -n ../script`,
  );
  expect(check).toEqual({ exitCode: 0, stdout: "", stderr: "" });
});

test("fish completes ids with what they are", async (context) => {
  withShell(context, "fish");
  using project = await queued();
  const { stdout } = await project.shell(
    `fish -N -c 'orchestra completion fish | source; complete -C "orchestra retry "'`,
  );
  expect(stdout).toBe("old\tcancelled: Old: one\n");
});

test("a shell that is not known is refused", async () => {
  using project = createProject(CONFIG);
  expect(await project.orchestra("completion", "tcsh")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("`orchestra completion --help` shows what there is"),
  });
});
