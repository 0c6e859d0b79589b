import { expect, test, type TestContext } from "vitest";
import { createProject, type RealProject } from "./agents/real-project.ts";

/** Agents are shell lines, read from the prompt. */
const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: []
`;

const ESCAPE = "\u001b";
// oxlint-disable-next-line no-control-regex -- Control characters are what this is about.
const PLAIN = /^[^\u001b]+$/;
/** More than a pipe holds, so that who writes it is still writing when the reader goes away. */
const MUCH = "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done";

function onLinux(context: TestContext): void {
  context.skip(process.platform !== "linux", "Its script and its /dev/full are those of Linux.");
}

/** A line of shell that runs another with a terminal of its own, and prints what that shows. */
function onTerminal(line: string): string {
  return `script -qec '${line}' /dev/null < /dev/null`;
}

/** A project with one task that is done, whose agent said much. */
async function workedProject(): Promise<RealProject> {
  const project = createProject(CONFIG);
  await project.orchestra("start", `${MUCH}; echo a > a.txt; exit 0`, "--id", "done");
  await project.orchestra("run");
  return project;
}

test("what is piped holds no escape sequence, whatever the command", async () => {
  using project = await workedProject();
  await project.orchestra("start", "x", "--id", "waits");
  const looks = ["status", "show done", "diff done", "logs done", "doctor", "recover", "--help"];
  const reports = ["ps", "cost", "config", "deps", "deps graph"];
  for (const line of [...looks, ...reports, "run", "show nothing", "bogus"]) {
    const { stdout, stderr } = await project.shell(`orchestra ${line}`);
    expect({ line, said: stdout + stderr }).toEqual({ line, said: expect.stringMatching(PLAIN) });
  }
});

/** Variables, and whether what a terminal and what a pipe then gets is coloured. */
const COLOURS = [
  [{}, { terminal: true, pipe: false }],
  [{ NO_COLOR: "1" }, { terminal: false, pipe: false }],
  [{ NO_COLOR: "" }, { terminal: true, pipe: false }],
  [{ FORCE_COLOR: "1" }, { terminal: true, pipe: true }],
  [{ FORCE_COLOR: "0" }, { terminal: false, pipe: false }],
  [
    { FORCE_COLOR: "1", NO_COLOR: "1" },
    { terminal: false, pipe: false },
  ],
  [{ TERM: "dumb" }, { terminal: false, pipe: false }],
] as const;

test.for(COLOURS)("with %j, who is coloured is %j", async ([variables, expected], context) => {
  onLinux(context);
  using project = await workedProject();
  for (const line of ["status", "show done", "diff done", "doctor"]) {
    const pipe = await project.shell(`orchestra ${line}`, variables);
    const terminal = await project.shell(onTerminal(`orchestra ${line}`), variables);
    const json = await project.shell(`orchestra ${line} --json`, variables);
    expect({
      line,
      terminal: terminal.stdout.includes(ESCAPE),
      pipe: pipe.stdout.includes(ESCAPE),
      json: JSON.stringify(JSON.parse(json.stdout)).includes("\\u001b"),
    }).toEqual({ line, ...expected, json: false });
  }
});

test("a terminal that does not know its width gets whole lines", async (context) => {
  onLinux(context);
  using project = createProject(CONFIG);
  const title = "A title that is longer than a narrow column";
  await project.orchestra("start", title, "--id", "long");
  const { stdout } = await project.shell(onTerminal("stty cols 0; orchestra status"));
  expect(stdout).toContain(title);
});

/** A line of shell whose standard output, as descriptor 4, is a pipe that nobody reads. */
function unread(line: string): string {
  return `mkfifo ../pipe && exec 3<>../pipe 4>../pipe 3<&- && rm ../pipe && { ${line}; }`;
}

test("a reader that has gone away is no failure, and nothing is said of it", async () => {
  using project = await workedProject();
  const looks = ["status", "show done", "diff done", "doctor", "logs done --raw", "--help"];
  const values = ["status --json", "logs done --json", "recover --json"];
  for (const line of [...looks, ...values, "start --help"]) {
    const said = await project.shell(unread(`orchestra ${line} >&4`));
    expect({ line, ...said }).toEqual({ line, exitCode: 0, stdout: "", stderr: "" });
  }
  const error = await project.shell(unread("orchestra bogus --json >&4 2>&4"));
  expect(error).toEqual({ exitCode: 2, stdout: "", stderr: "" });
});

test("with --json, help and the version are no values, and go elsewhere", async () => {
  using project = createProject(CONFIG);
  for (const line of ["--help", "start --help", "--version", "help run"]) {
    const { stderr, ...ran } = await project.shell(`orchestra --json ${line}`);
    expect({ line, ...ran }).toEqual({ line, exitCode: 0, stdout: "" });
    expect(stderr).toMatch(/Usage: orchestra|^\d+\.\d+\.\d+/);
  }
});

test("a reader that wants one line gets it", async () => {
  using project = await workedProject();
  expect(await project.shell("orchestra status | head -1")).toMatchObject({
    stdout: "1 complete\n",
    stderr: "",
  });
  expect(await project.shell("orchestra logs done | head -1")).toMatchObject({
    stdout: "line 0\n",
    stderr: "",
  });
});

test("run works on when nobody reads what it says", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", "echo x > a.txt; exit 0", "--id", "a");
  await project.orchestra("start", "echo x > b.txt; exit 0", "--id", "b", "--after", "a");
  await project.orchestra("start", "exit 3", "--id", "c", "--max-retries", "0");
  const ended = await project.shell(unread("orchestra run >&4 2>&4"));
  expect(ended).toEqual({ exitCode: 4, stdout: "", stderr: "" });
  expect(await project.json("status")).toMatchObject({ counts: { complete: 2, waiting_human: 1 } });
});

test("a full standard output is one clear line", async (context) => {
  onLinux(context);
  using project = createProject(CONFIG);
  await project.orchestra("start", "x");
  for (const line of ["status", "status --json", "export -", "start --id kept x"]) {
    expect(await project.shell(`orchestra ${line} > /dev/full`)).toMatchObject({
      exitCode: 75,
      stderr: expect.stringMatching(/^orchestra: No space left for the output\. .*\n$/),
    });
  }
  expect(await project.json("status")).toMatchObject({ counts: { ready: 2 } });
});
