import { cpSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as library from "../src/index.ts";
import { createProject } from "./agents/real-project.ts";
import { packLibrary, type PackedLibrary } from "./packed-library.ts";

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
workspace: { root: ../worktrees }
`;

/** What each example prints, but for what differs from time to time. */
const EXAMPLES: Readonly<Record<string, RegExp>> = {
  "01-run-one-task.ts": /^The queue is empty, the task complete, merged as [0-9a-f]{40}\.$/,
  "02-follow-events.ts":
    /queued: Write hello\.txt[^]*goes to scribe[^]*finished on[^]*task_completed$/,
  "03-dependencies.ts": /^DEPENDENCY_CYCLE: .*(\n\w+ complete){4}$/,
  "04-go-on-from-an-event.ts": /^3 task_readied\n4 attempt_assigned\n[^]*task_completed$/,
  "05-stop-and-go-on.ts": /stopped\.\n.*empty\.(\n\w+ complete){2}$/,
  "06-answer-what-waits.ts":
    /^letter is waiting_human: .+\nIn its place: Write letter\.txt: Dear Bob\nstamp is cancelled\n[^]*stamp complete$/,
};

let packed: PackedLibrary;
beforeAll(() => {
  packed = packLibrary();
  for (const example of globSync("examples/*.ts")) {
    cpSync(example, join(packed.folder, basename(example)));
  }
});
afterAll(() => packed[Symbol.dispose]());

test("the examples are numbered, short, and all of them are run here and in the documentation", () => {
  const found = globSync("examples/*.ts").map((file) => basename(file));
  expect(found.toSorted()).toEqual(Object.keys(EXAMPLES));
  const page = readFileSync("docs/library.md", "utf8");
  for (const name of found) {
    expect(name).toMatch(/^\d\d-[a-z-]+\.ts$/);
    expect(readFileSync(`examples/${name}`, "utf8").split("\n").length).toBeLessThan(60);
    expect(page).toContain(`../examples/${name}`);
  }
});

test.each(Object.entries(EXAMPLES))(
  "the example %s runs with the packed package in a folder of its own",
  (name, printed) => {
    expect(packed.run(name).trim()).toMatch(printed);
  },
);

test("the examples compile against the declarations in the package", () => {
  expect(packed.compile()).toBe("");
});

test("these names are the library, and a change to them is a change for its users", () => {
  expect(Object.keys(library).toSorted()).toEqual(["OrchestraError", "createOrchestra"]);
});

test("what is no task is refused by its first mistake, and nothing is queued", async () => {
  using project = createProject(CONFIG);
  await using orchestra = await library.createOrchestra({ root: project.root });
  const good = { prompt: "echo x > x.txt", agent: "shell" };
  for (const [bad, code, words] of [
    [{ prompt: "" }, "INVALID_ARGUMENT", "needs a prompt"],
    [{ prompt: "a\0b" }, "INVALID_ARGUMENT", "NUL"],
    [{ prompt: "x".repeat(2 ** 20 + 1) }, "INVALID_ARGUMENT", "longer than 1024 KiB"],
    [{}, "INVALID_ARGUMENT", "prompt: expected text, got nothing"],
    [{ prompt: "x", priority: "high" }, "INVALID_ARGUMENT", "priority: expected a number"],
    [{ prompt: "x", timeoutMs: 3 }, "INVALID_ARGUMENT", "timeoutMs: expected milliseconds"],
    [{ prompt: "x", dependson: ["y"] }, "INVALID_ARGUMENT", "did you mean dependsOn?"],
    [{ prompt: "x", agent: "nobody" }, "UNKNOWN_AGENT", "nobody"],
    [{ prompt: "x", id: "../x" }, "INVALID_ID", "is no task id"],
    [{ prompt: "x", dependsOn: ["none"] }, "DEPENDENCY_NOT_FOUND", "no task none"],
    [{ prompt: "x", targetBranch: "none" }, "INVALID_ARGUMENT", "no branch"],
    ["just text", "INVALID_ARGUMENT", "expected keys with values"],
  ] as const) {
    // A program in JavaScript may pass anything.
    const asked = [good, bad as library.TaskRequest];
    const error: unknown = await orchestra.submit(asked).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(words) });
  }
  expect(await orchestra.tasks()).toEqual([]);
});

test.each(["no/such", "package.json"])("a root that is no folder is named: %s", async (root) => {
  await expect(library.createOrchestra({ root })).rejects.toMatchObject({
    code: "NOT_A_REPOSITORY",
    message: `There is no folder ${root}. Name one of a git repository as root.`,
  });
});

test("what is asked for is on the blackboard, for the command line, too", async () => {
  using project = createProject(CONFIG);
  await using orchestra = await library.createOrchestra({ root: project.root });
  const task = await orchestra.submit({
    id: "mine",
    prompt: "echo x > x.txt; exit 0",
    priority: 9,
    checks: ["test -e x.txt", ["true"]],
    acceptanceCriteria: ["There is an x"],
    timeoutMs: 5_000,
    merges: false,
  });
  expect(task).toMatchObject({ id: "mine", agent: "shell", priority: 9, state: "ready" });
  expect(task.limits.timeoutMs).toBe(5_000);
  expect(await project.json("show", "mine")).toMatchObject({ task: { id: "mine" } });
  expect(await orchestra.submit([])).toEqual([]);
  expect(await orchestra.run()).toEqual({ kind: "empty", deferredMerges: 0 });
  expect(await orchestra.task("mine")).toMatchObject({ state: "complete" });
  expect(await orchestra.task("none")).toBeUndefined();
  expect(await orchestra.tasks({ states: ["ready"] })).toEqual([]);
});

test("what waits for a person is answered with a note, with another task, or by giving it up", async () => {
  const second = "agents:\n  second: { adapter: command, command: [sh], prompt: stdin }";
  using project = createProject(CONFIG.replace("agents:", second));
  await using orchestra = await library.createOrchestra({ root: project.root });
  const prompt = "cat; exit 1";
  for (const id of ["again", "other", "over"]) {
    const agent = ["shell", "second"];
    await orchestra.submit({ id, prompt: `${prompt} # ${id}`, maxRetries: 0, agent });
  }
  await orchestra.submit({ id: "after", prompt: "x", dependsOn: ["over"], agent: "shell" });
  await orchestra.run();
  expect(await orchestra.tasks({ states: ["waiting_human"] })).toHaveLength(3);

  const again = await orchestra.resolve("again", { kind: "retry", note: "Be kind" });
  expect(again).toMatchObject({ id: "again", state: "ready", humanNote: "Be kind" });
  const other = await orchestra.resolve("other", { kind: "spawn", prompt: "exit 0 # instead" });
  expect(other).toMatchObject({ title: "exit 0 # instead", state: "ready" });
  expect(other).toMatchObject({ agent: "shell", fallbackAgents: ["second"] });
  expect(await orchestra.task("other")).toMatchObject({ state: "abandoned" });
  const over = await orchestra.resolve("over", { kind: "abandon", dependents: "abandon" });
  expect(over).toMatchObject({ id: "over", state: "abandoned" });
  expect(await orchestra.task("after")).toMatchObject({ state: "abandoned" });
});

test("tasks are cancelled and sent back: one, or several of which all are, or none", async () => {
  using project = createProject(CONFIG);
  await using orchestra = await library.createOrchestra({ root: project.root });
  await orchestra.submit([
    { id: "one", prompt: "x" },
    { id: "two", prompt: "x", dependsOn: ["one"] },
  ]);
  expect(await orchestra.cancel("one")).toMatchObject({ id: "one", state: "cancelled" });
  expect(await orchestra.task("two")).toMatchObject({ state: "waiting_human" });
  await expect(orchestra.cancel(["two", "one"])).rejects.toMatchObject({
    code: "ILLEGAL_TRANSITION",
  });
  expect(await orchestra.task("two")).toMatchObject({ state: "waiting_human" });
  const back = await orchestra.retry(["two", "one"], { note: "Now" });
  expect(back).toMatchObject([
    { id: "two", state: "planned", humanNote: "Now" },
    { id: "one", state: "ready", humanNote: "Now" },
  ]);
  expect(await orchestra.cancel([])).toEqual([]);
});

test("cancelling ends the agents that an ended run has left at work, and keeps what they did", async () => {
  using project = createProject(CONFIG);
  await using orchestra = await library.createOrchestra({ root: project.root });
  await orchestra.submit({ id: "long", prompt: "echo x > x.txt; exec sleep 60" });
  const enough = new AbortController();
  const working = orchestra.run({ signal: enough.signal });
  for await (const { type } of orchestra.events()) if (type === "attempt_started") break;
  enough.abort();
  await working;
  expect(await orchestra.cancel("long")).toMatchObject({ state: "cancelled" });
  expect(await project.json("ps")).toMatchObject({ agents: [] });
  await expect(orchestra.resolve("long", { kind: "retry" })).rejects.toMatchObject({
    code: "ILLEGAL_TRANSITION",
    message: expect.stringContaining("does not wait for an answer"),
  });
});

test("a mistake in what is to become of a task is named, and changes nothing", async () => {
  using project = createProject(CONFIG);
  await using orchestra = await library.createOrchestra({ root: project.root });
  await orchestra.submit({ id: "long", prompt: "x" });
  // A program in JavaScript may pass anything.
  const loose = orchestra as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
  for (const [call, given, code, words] of [
    ["retry", ["lon"], "TASK_NOT_FOUND", 'no task "lon"'],
    ["retry", ["long"], "ILLEGAL_TRANSITION", "is ready"],
    ["retry", [7], "INVALID_ARGUMENT", "expected an id"],
    ["retry", ["long", { notes: "x" }], "INVALID_ARGUMENT", "did you mean note?"],
    ["cancel", ["long", { dependents: "all" }], "INVALID_ARGUMENT", "one of wait, abandon"],
    ["cancel", [["long", "none"]], "TASK_NOT_FOUND", "none"],
    ["resolve", ["none", { kind: "retry" }], "TASK_NOT_FOUND", "none"],
    ["resolve", ["long", { kind: "reply" }], "INVALID_ARGUMENT", "retry, abandon, spawn"],
    ["resolve", ["long", { kind: "abandon", note: "x" }], "INVALID_ARGUMENT", "unknown key note"],
    ["resolve", ["long"], "INVALID_ARGUMENT", "no answer: expected keys with values"],
  ] as const) {
    const error: unknown = await loose[call]?.(...given).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(words) });
  }
  expect(await orchestra.task("long")).toMatchObject({ state: "ready" });
});

test("a run for nobody at a time is refused, instead of waiting for ever", async () => {
  using project = createProject(CONFIG);
  await using orchestra = await library.createOrchestra({ root: project.root });
  for (const parallel of [0, -1, 1.5, Number.NaN, 1_001]) {
    await expect(orchestra.run({ parallel })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  }
});

test("a queue that another works is left to it", async () => {
  using project = createProject(CONFIG);
  await using orchestra = await library.createOrchestra({ root: project.root });
  await orchestra.submit({ prompt: "echo x > x.txt; exit 0" });
  const working = orchestra.run();
  expect(await orchestra.run()).toMatchObject({ kind: "held", pid: process.pid });
  expect(await working).toMatchObject({ kind: "empty" });
});

test("closing ends what follows and what works, and what comes after is refused", async () => {
  using project = createProject(CONFIG);
  const orchestra = await library.createOrchestra({ root: project.root });
  await orchestra.submit({ id: "long", prompt: "echo x > x.txt; sleep 2; exit 0" });
  const working = orchestra.run();
  for await (const { type } of orchestra.events()) if (type === "attempt_started") break;
  const following = orchestra.events({ afterSeq: 1_000 }).next();
  await Promise.all([orchestra.close(), orchestra.close()]);
  expect(await following).toMatchObject({ done: true });
  expect(await working).toEqual({ kind: "stopped" });
  await expect(orchestra.submit({ prompt: "x" })).rejects.toMatchObject({
    message: expect.stringContaining("was closed"),
  });

  await using again = await library.createOrchestra({ root: project.root });
  expect(await again.run()).toMatchObject({ kind: "empty" });
  expect(await again.task("long")).toMatchObject({ state: "complete", attemptCount: 1 });
});

test("events are told once and in order, whoever causes them", async () => {
  using project = createProject(CONFIG);
  await using orchestra = await library.createOrchestra({ root: project.root });
  const enough = new AbortController();
  const seen: number[] = [];
  const following = (async () => {
    for await (const event of orchestra.events({ signal: enough.signal })) {
      seen.push(event.seq);
      if (event.type === "task_cancelled") enough.abort();
    }
  })();
  await project.orchestra("start", "x", "--id", "elsewhere");
  await orchestra.submit({ id: "here", prompt: "x", dependsOn: ["elsewhere"] });
  await project.orchestra("cancel", "here");
  await following;
  expect(seen).toEqual(seen.map((_, at) => at + 1));
  expect(seen.length).toBeGreaterThan(4);
});
