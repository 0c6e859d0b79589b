import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import type * as z from "zod";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { holdAgent } from "./held-agent.ts";
import { COMMAND_SHAPES } from "./json-commands.ts";
import { BLACKBOARD_SHAPES } from "./json-shapes.ts";
import { textOfShapes } from "./shape-text.ts";

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: [test ! -e bad.txt]
`;

test("the documentation has every command, and shows their shapes as they are", async () => {
  const page = readFileSync("docs/json-output.md", "utf8");
  const [, documented = ""] = /```ts\n([^]*?)```/.exec(page) ?? [];
  const shapes = { ...COMMAND_SHAPES, ...BLACKBOARD_SHAPES };
  expect(statements(documented)).toEqual(statements(textOfShapes(shapes)));
  using project = createProject(CONFIG);
  const commands = [
    ...(await project.orchestra("--help")).stdout.matchAll(/^ {2}([a-z]+) (?=[[<\s])/gm),
  ];
  expect([...page.matchAll(/^\| `([a-z]+)`/gm)].map(([, name]) => name)).toEqual(
    commands.map(([, name]) => name).filter((name) => name !== "help"),
  );
  const named = [...page.matchAll(/`([A-Z]\w+)`/g)].map(([, name]) => name);
  expect(Object.keys(shapes)).toEqual(expect.arrayContaining(named));
});

/** Types one by one, however their lines are broken. */
function statements(types: string): string[] {
  const tokens = types.replace(/[\s;]+/g, " ").replace(/([=:]) \|/g, "$1");
  return tokens.split(/ ?type (?=[A-Z])/).map((one) => one.replace(/ ?} ?/g, " } ").trim());
}

/** Runs a command, and returns its value, which has the shape and is all that was printed. */
async function valueOf<Shape extends z.ZodType>(
  project: RealProject,
  shape: Shape,
  ...args: readonly string[]
): Promise<z.infer<Shape>> {
  const { stdout } = await project.orchestra("--json", ...args);
  return shape.parse(JSON.parse(stdout));
}

test("a project that has nothing answers in the same shapes", async () => {
  using project = createProject(CONFIG);
  const { InitDryRun, Init, Status, RecoverList, Doctor } = COMMAND_SHAPES;
  expect(await valueOf(project, InitDryRun, "init", "--dry-run")).toMatchObject({ isNew: false });
  rmSync(join(project.root, "orchestra.yaml"));
  expect(await valueOf(project, Status, "status")).toMatchObject({ tasks: [] });
  expect(await valueOf(project, RecoverList, "recover")).toEqual({ rescued: [] });
  expect(await valueOf(project, Init, "init")).toMatchObject({ isNew: true });
  expect((await valueOf(project, Doctor, "doctor")).findings.length).toBeGreaterThan(5);
});

test("every command prints a value of its shape, whatever became of the work", async () => {
  using project = createProject(CONFIG);
  const { Start, Run, Status, Show, Diff, Retry, Cancel, Resolve } = COMMAND_SHAPES;
  const start = async (id: string, script: string, ...more: readonly string[]) =>
    valueOf(project, Start, "start", "shell", `${script}; exit 0`, "--id", id, ...more);
  await start("good", "echo said; echo x > good.txt");
  await start("own", "echo x > own.txt", "--no-merge", "--after", "good");
  await start("bad", "echo x > bad.txt", "--max-retries", "1");
  await start("late", "echo x > late.txt", "--after", "bad");
  await start("idle", "true", "--max-retries", "0", "--criterion", "It does something");
  const run = await valueOf(project, Run, "run");
  expect(run.end).toEqual({ kind: "empty", deferredMerges: 0 });
  expect(run.counts).toMatchObject({ complete: 2, waiting_human: 2, planned: 1 });

  expect((await valueOf(project, Status, "status")).interrupts).toHaveLength(2);
  for (const id of ["good", "own", "bad", "late", "idle"]) await valueOf(project, Show, "show", id);
  expect((await valueOf(project, Diff, "diff", "good")).diff).toContain("+x");
  expect(await valueOf(project, Diff, "diff", "good", "--stat")).toMatchObject({
    diff: expect.stringContaining("good.txt"),
  });
  const named = { id: "idle", title: "true; exit 0" };
  expect(await valueOf(project, Retry, "retry", "idle")).toEqual({ tasks: [named] });
  expect(await valueOf(project, Cancel, "cancel", "idle")).toEqual({ tasks: [named] });
  const { spawnedId } = await valueOf(project, Resolve, "resolve", "bad", "--spawn", "exit 0");
  for (const id of ["bad", "idle", "late", spawnedId ?? ""]) {
    const { events } = await valueOf(project, Show, "show", id);
    expect(events.length).toBeGreaterThan(1);
  }
  await start("given-up", "exit 1", "--max-retries", "0");
  await valueOf(project, Run, "run");
  const resolved = await valueOf(project, Resolve, "resolve", "given-up", "--abandon");
  expect(resolved).toEqual({ id: "given-up" });
});

test("a run is replayed in its shape, at any of its events", async () => {
  using project = createProject(CONFIG);
  const { Replay, Run, Start } = COMMAND_SHAPES;
  await valueOf(project, Start, "start", "shell", "echo x > x.txt; exit 0", "--id", "one");
  await valueOf(project, Run, "run");
  const now = await valueOf(project, Replay, "replay");
  expect(now).toMatchObject({ runId: "queue", counts: { complete: 1 }, changes: [], events: [] });
  const added = await valueOf(project, Replay, "replay", "queue", "--at", "2");
  const changes = [{ taskId: "one", before: "planned", after: "complete" }];
  expect(added).toMatchObject({ at: { seq: 2 }, counts: { planned: 1 }, changes });
  expect(added.events).toHaveLength(now.last.seq - 2);
  const nothing = await valueOf(project, Replay, "replay", "--at", "1h");
  expect(nothing).toMatchObject({ tasks: [], eventCount: now.last.seq });
  const { stdout } = await project.orchestra("replay", "--at", "2");
  expect(stdout).toMatch(/^queue {2}After event 2 of \d+, .*\n\n1 planned\n/);
  expect(stdout).toMatch(/one +· planned +✓ complete/);
  for (const [at, code] of [
    ["99", "INVALID_ARGUMENT"],
    ["yesterday", "INVALID_ARGUMENT"],
    ["2026-02-30", "INVALID_ARGUMENT"],
    ["1.5", "INVALID_ARGUMENT"],
  ] as const) {
    const { error } = await valueOf(project, COMMAND_SHAPES.Failed, "replay", "--at", at);
    expect(error.code).toBe(code);
  }
});

test("what was kept is listed and brought back in its shapes", async () => {
  using project = createProject(CONFIG);
  project.git("update-ref", "refs/orchestra/rescue/lost/1", "HEAD");
  const { RecoverList, Recover } = COMMAND_SHAPES;
  const commit = project.git("rev-parse", "HEAD");
  expect(await valueOf(project, RecoverList, "recover")).toMatchObject({
    rescued: [{ ref: "refs/orchestra/rescue/lost/1", taskId: "lost", commit, subject: "Start" }],
  });
  expect(await valueOf(project, Recover, "recover", "lost", "--branch", "again")).toEqual({
    ref: "refs/orchestra/rescue/lost/1",
    commit,
    branch: "again",
  });
});

const STREAMS = ["success", "two-messages-one-result", "auth-error", "network", "max-turns"];

test("logs print one event a line, of an agent's real output", async () => {
  const agents = STREAMS.map((name) => {
    const file = resolve(`test/fixtures/streams/claude-${name}.jsonl`);
    return `  ${name}: { adapter: claude, command: [sh, -c, "cat '${file}'; echo no JSON"] }`;
  });
  using project = createProject(`agents:\n${agents.join("\n")}\n`);
  for (const name of STREAMS) {
    await project.orchestra("start", name, "x", "--id", name, "--max-retries", "0");
  }
  await project.orchestra("run");
  const kinds = new Set<string>();
  for (const name of STREAMS) {
    const { stdout } = await project.orchestra("logs", name, "--json");
    const lines = stdout.split("\n").slice(0, -1);
    for (const line of lines) kinds.add(COMMAND_SHAPES.AgentEvent.parse(JSON.parse(line)).kind);
  }
  expect([...kinds].toSorted()).toEqual([
    "cost",
    "error",
    "result",
    "retrying",
    "session",
    "text",
    "tool_ended",
    "tool_started",
    "unrecognised",
    "usage",
  ]);
});

test("run says how it ended, also when it was stopped, and when it only watched", async () => {
  using project = createProject(CONFIG);
  const agent = holdAgent(project);
  const script = `${agent.waits}; echo x > x.txt; exit 0`;
  await project.orchestra("start", script);
  const worker = project.start("run", "--json");
  const stopped = endOf(worker);
  await agent.began();
  const { Status, Run } = COMMAND_SHAPES;
  const { dispatcher } = await valueOf(project, Status, "status");
  expect(dispatcher?.pid).toBe(worker.pid);

  const watcher = project.start("run", "--json");
  const watched = endOf(watcher);
  if (!watcher.stderr) throw new Error("It has no streams.");
  const [note] = await once(createInterface(watcher.stderr), "line");
  expect(note).toContain("only watches");
  worker.kill("SIGINT");
  expect(await stopped).toMatchObject({ exitCode: 130, end: { kind: "stopped" } });
  // What it was asked for is not done, and nobody does it now.
  expect(await watched).toMatchObject({ exitCode: 75, end: { kind: "watched" } });

  await agent.goOn();
  expect((await valueOf(project, Run, "run")).counts.complete).toBe(1);
});

/** How a `run` ended, by its exit code and by its own words. */
async function endOf(running: ChildProcess) {
  if (!running.stdout) throw new Error("It has no streams.");
  const [printed, [exitCode]] = await Promise.all([text(running.stdout), once(running, "exit")]);
  return { exitCode: Number(exitCode), ...COMMAND_SHAPES.Run.parse(JSON.parse(printed)) };
}
