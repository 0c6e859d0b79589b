import { on, once } from "node:events";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { expect, test, type TestContext } from "vitest";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { holdAgent } from "./held-agent.ts";
import { createMountNamespace } from "./mount-namespace.ts";

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: []
`;

const ONE_LINE = /^orchestra: \P{Control}+\n$/u;
const LOOKS = ["status", "show first", "logs first", "diff first", "status --json", "recover"];

/** A project whose blackboard, or whose worktrees, have a tiny disk of their own. */
async function projectOnDisk(context: TestContext, folder: string) {
  const mounts = await createMountNamespace(context);
  const project = createProject(CONFIG, mounts.entry);
  const sh = async (line: string): Promise<void> => {
    expect(await project.shell(line)).toMatchObject({ exitCode: 0, stderr: "" });
  };
  await sh(`mkdir -p ${folder} && mount -t tmpfs -o size=4m tmpfs ${folder}`);
  return {
    project,
    fill: async () => sh(`head -c 8m /dev/zero > ${folder}/ballast 2> /dev/null || true`),
    free: async () => sh(`rm ${folder}/ballast`),
    makeReadOnly: async () => sh(`mount -o remount,ro ${folder}`),
    makeWritable: async () => sh(`mount -o remount,rw ${folder}`),
    [Symbol.dispose]: () => {
      project[Symbol.dispose]();
      mounts[Symbol.dispose]();
    },
  };
}

const BLACKBOARD = ".orchestra";
const WORKTREES = "../orchestra";

/** Runs each line; expects one clear line and this exit code of them all. */
async function expectRefusal(project: RealProject, lines: readonly string[], code: string) {
  for (const line of lines) {
    const { exitCode, stdout, stderr } = await project.orchestra(...line.split(" "));
    expect({ line, exitCode, stdout, stderr }).toEqual({
      line,
      exitCode: 75,
      stdout: "",
      stderr: expect.stringMatching(ONE_LINE),
    });
    const json = await project.orchestra("--json", ...line.split(" "));
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code } });
  }
}

async function expectToWork(project: RealProject, lines: readonly string[]) {
  for (const line of lines) {
    const { exitCode, stderr } = await project.orchestra(...line.split(" "));
    expect({ line, exitCode, stderr }).toEqual({ line, exitCode: 0, stderr: "" });
  }
}

test("a disk that is full from the start takes no task, and the first one when there is space", async (context) => {
  using disk = await projectOnDisk(context, BLACKBOARD);
  const { project } = disk;
  await disk.fill();
  await expectRefusal(project, ["start x", "run", "init", "cancel x"], "NO_SPACE");
  expect((await project.orchestra("status")).stdout).toContain("No tasks yet");
  expect((await project.orchestra("doctor")).stdout).toMatch(/✗ disk .*Free some/);

  await disk.free();
  expect((await project.orchestra("start", "echo x > x.txt; exit 0")).exitCode).toBe(0);
  expect((await project.orchestra("run")).exitCode).toBe(0);
  expect(project.read("x.txt")).toBe("x\n");
});

/** One task that is done and one that is ready, and what is known of that. */
async function queueSomething(project: RealProject): Promise<unknown> {
  await project.orchestra("start", "echo 1 > 1.txt; exit 0", "--id", "first");
  await project.orchestra("run");
  await project.orchestra("start", "echo 2 > 2.txt; exit 0", "--id", "second");
  return project.json("show", "second");
}

test("with a full disk everything can be looked at, and nothing is lost", async (context) => {
  using disk = await projectOnDisk(context, BLACKBOARD);
  const { project } = disk;
  const before = await queueSomething(project);
  // Who writes last takes away the index that who looked has left.
  await project.orchestra("start", "exit 0", "--id", "third", "--after", "second", "--no-merge");
  await disk.fill();
  await expectToWork(project, LOOKS);
  await expectRefusal(project, ["start x", "run", "cancel second"], "NO_SPACE");
  await expectToWork(project, LOOKS);
  expect(await project.json("show", "second")).toEqual(before);

  await disk.free();
  await project.orchestra("cancel", "third");
  expect((await project.orchestra("run")).exitCode).toBe(0);
  expect(project.read("2.txt")).toBe("2\n");
  expect(await project.json("status")).toMatchObject({ counts: { complete: 2, cancelled: 1 } });
});

test.for([BLACKBOARD, WORKTREES])(
  "when the disk of %s fills up under a run, it waits for space and goes on",
  async (folder, context) => {
    using disk = await projectOnDisk(context, folder);
    const { project } = disk;
    const agent = holdAgent(project);
    const script = `echo 1 > 1.txt; ${agent.waits}; exit 0`;
    await project.orchestra("start", script, "--id", "first");
    await project.orchestra(
      "start",
      "echo 2 > 2.txt; exit 0",
      "--id",
      "second",
      "--after",
      "first",
    );

    const running = project.start("run");
    if (!running.stderr) throw new Error("It has no streams.");
    const told = once(createInterface(running.stderr), "line");
    const ended = once(running, "exit");
    await agent.began();
    await disk.fill();
    await agent.goOn();
    expect(await told).toEqual([expect.stringMatching(/^orchestra: .*[Nn]o space .*[Ff]ree some/)]);
    await disk.free();

    expect(await ended).toEqual([0, null]);
    expect([project.read("1.txt"), project.read("2.txt")]).toEqual(["1\n", "2\n"]);
    for (const id of ["first", "second"]) {
      expect(await project.json("show", id)).toMatchObject({
        task: { state: "complete", failureCount: 0 },
        attempts: [{ number: 1, state: "succeeded" }],
      });
    }
  },
);

test("an agent that fails because the disk is full costs its task nothing", async (context) => {
  using disk = await projectOnDisk(context, WORKTREES);
  const { project } = disk;
  const agent = holdAgent(project);
  const first = join(project.root, "../first");
  // Of all attempts the first alone waits.
  const script = `if mkdir ${first} 2> /dev/null; then ${agent.waits}; fi; head -c 100k /dev/zero > big.bin; exit 0`;
  await project.orchestra("start", script, "--id", "big", "--max-retries", "0");

  const running = project.start("run");
  if (!running.stdout) throw new Error("It has no streams.");
  const lines = createInterface(running.stdout);
  const ended = once(running, "exit");
  await agent.began();
  await disk.fill();
  const givenBack = lineWith(lines, "given back");
  await agent.goOn();
  expect(await givenBack).toMatch(/could not write: no space is left on the disk of/);
  await disk.free();

  expect(await ended).toEqual([0, null]);
  expect(await project.json("show", "big")).toMatchObject({
    task: { state: "complete", failureCount: 0 },
  });
});

async function lineWith(lines: Interface, text: string): Promise<string> {
  for await (const [line] of on(lines, "line", { close: ["close"] })) {
    if (String(line).includes(text)) return String(line);
  }
  throw new Error(`It ended without a word about ${text}.`);
}

test("a folder that cannot be written takes no first task, and nothing is made of it", async (context) => {
  using disk = await projectOnDisk(context, BLACKBOARD);
  const { project } = disk;
  await disk.makeReadOnly();
  await expectRefusal(project, ["start x", "run", "cancel x"], "READ_ONLY");
  expect((await project.orchestra("status")).stdout).toContain("No tasks yet");
  expect(await project.shell("ls -A .orchestra")).toMatchObject({ stdout: "" });
});

test.for(["with", "without"])(
  "what is mounted read-only %s an index can be looked at, and is refused to what writes",
  async (index, context) => {
    using disk = await projectOnDisk(context, BLACKBOARD);
    const { project } = disk;
    const before = await queueSomething(project);
    if (index === "without") await project.orchestra("cancel", "first", "--dry-run");
    await disk.makeReadOnly();
    expect((await project.shell("ls .orchestra")).stdout.includes("-shm")).toBe(index === "with");
    await expectToWork(project, LOOKS);
    await expectRefusal(project, ["start x", "run", "cancel second"], "READ_ONLY");
    const { stdout } = await project.orchestra("doctor");
    expect(stdout).toMatch(/✗ blackboard .*cannot be written/);
    expect(await project.json("show", "second")).toEqual(before);

    await disk.makeWritable();
    expect((await project.orchestra("run")).exitCode).toBe(0);
    expect(project.read("2.txt")).toBe("2\n");
  },
);
