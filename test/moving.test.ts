import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { openSqliteReader } from "../src/store/sqlite/sqlite-store.ts";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { COMMAND_SHAPES } from "./json-commands.ts";

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: []
`;

async function start(project: RealProject, id: string, ...more: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await project.orchestra(
    "start",
    `echo ${id} > ${id}.txt; exit 0`,
    "--id",
    id,
    ...more,
  );
  if (exitCode !== 0) throw new Error(stderr);
}

/** Everything that two projects should tell alike. */
async function told(project: RealProject, ...options: readonly string[]): Promise<unknown> {
  const { stdout } = await project.orchestra(...options, "replay", "--json", "--at", "1");
  return JSON.parse(stdout);
}

const blackboard = (project: RealProject): string => join(project.root, ".orchestra/blackboard.db");
const beside = (project: RealProject, name: string): string => join(project.root, "..", name);

test("a backup taken while the queue is worked is whole, and nobody waits for it", async () => {
  using project = createProject(CONFIG);
  for (const id of ["one", "two", "three", "four"]) await start(project, id);
  const running = project.start("run", "--parallel", "1");
  const ended = once(running, "exit");
  const backups: string[] = [];
  while (running.exitCode === null) {
    const backup = beside(project, `${backups.length}.db`);
    const { exitCode, stderr } = await project.orchestra("backup", backup);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    backups.push(backup);
  }
  expect(await ended).toEqual([0, null]);

  const whole = openSqliteReader(blackboard(project));
  const log = (await whole?.events("queue", 0, 10_000)) ?? [];
  await whole?.close();
  const lengths = [];
  for (const backup of backups) {
    const reader = openSqliteReader(backup);
    const events = (await reader?.events("queue", 0, 10_000)) ?? [];
    expect(events).toEqual(log.slice(0, events.length));
    expect(await reader?.flaws()).toEqual([]);
    await reader?.close();
    lengths.push(events.length);
  }
  // Of different moments, or nothing was worked meanwhile.
  expect(new Set(lengths).size).toBeGreaterThan(1);
});

test("a blackboard that is lost is restored from its backup, and worked on", async () => {
  using project = createProject(CONFIG);
  await start(project, "one");
  await project.orchestra("run");
  await start(project, "two", "--after", "one");
  const backup = beside(project, "backup.db");
  const { Backup, Import } = COMMAND_SHAPES;
  expect(Backup.parse(await project.json("backup", backup))).toMatchObject({
    file: backup,
    format: "database",
  });
  const before = await told(project);
  for (const file of readdirSync(join(project.root, ".orchestra"))) {
    if (file.startsWith("blackboard")) rmSync(join(project.root, ".orchestra", file));
  }
  expect((await project.orchestra("status")).stdout).toMatch(/^No tasks yet/);

  expect(Import.parse(await project.json("import", backup))).toMatchObject({
    source: backup,
    runs: 1,
    tasks: 2,
    attemptsAtWork: 0,
  });
  expect(await told(project)).toEqual(before);
  expect((await project.orchestra("run")).exitCode).toBe(0);
  expect(await project.json("status")).toMatchObject({ counts: { complete: 2 } });
});

test("what is told to be typed next can be typed, whatever the file is called", async () => {
  using project = createProject(CONFIG);
  await start(project, "one");
  const file = "../it's a backup.db";
  const typed = "orchestra import '../it'\\''s a backup.db'\n";
  for (const command of ["backup", "export"]) {
    expect((await project.orchestra(command, file)).stdout).toContain(typed);
    rmSync(join(project.root, file));
  }
});

test("a blackboard moves from store to store, by a file or at once", async () => {
  using project = createProject(CONFIG);
  await start(project, "one");
  await start(project, "two", "--after", "one");
  await project.orchestra("run");
  await start(project, "three");
  const { Export, Import } = COMMAND_SHAPES;
  const file = beside(project, "queue.jsonl.gz");
  const exported = Export.parse(await project.json("export", file));
  expect(exported).toMatchObject({ file, runs: 1 });
  const before = await told(project);

  const files = ["--store", "files:queue"];
  const imported = Import.parse(await project.json(...files, "import", file));
  expect(imported).toMatchObject({ runs: 1, tasks: 3, events: exported.events });
  expect(await told(project, ...files)).toEqual(before);
  const back = ["--store", "sqlite:back.db"];
  await project.json(...back, "import", "files:queue");
  expect(await told(project, ...back)).toEqual(before);
  const { stdout } = await project.orchestra(...back, "export", "-");
  const lines = gunzipSync(readFileSync(file)).toString().split("\n");
  // All but the first and the last line, which tell of the export itself.
  expect(stdout.split("\n").slice(1, -2)).toEqual(lines.slice(1, -2));
});

test("what cannot be imported or written is told in one line, and nothing is changed", async () => {
  using project = createProject(CONFIG);
  await start(project, "mine");
  const file = beside(project, "queue.jsonl");
  await project.orchestra("export", file);
  const before = readFileSync(blackboard(project));
  const whole = readFileSync(file);
  const cut = beside(project, "cut.jsonl");
  writeFileSync(cut, whole);
  truncateSync(cut, whole.length / 2);
  writeFileSync(join(project.root, "README"), "Words.");
  const damaged = beside(project, "damaged.db");
  await project.orchestra("backup", damaged);
  truncateSync(damaged, 4_096);

  for (const [line, code, words] of [
    [`import ${file}`, "STORE_NOT_EMPTY", "not empty"],
    [`import ${cut}`, "INVALID_FILE", "was cut"],
    [`--store sqlite:new.db import ${cut}`, "INVALID_FILE", "was cut"],
    [`--store sqlite:new.db import ${damaged}`, "STORE_UNAVAILABLE", "damaged"],
    ["--store sqlite:new.db import README", "INVALID_FILE", "no blackboard"],
    ["--store sqlite:new.db import sqlite:nothing.db", "INVALID_FILE", "holds no blackboard"],
    ["--store sqlite:new.db import nothing.jsonl", "INVALID_FILE", "does not exist"],
    [`export ${file}`, "INVALID_ARGUMENT", "is there already"],
    [`backup ${file}`, "INVALID_ARGUMENT", "is there already"],
    ["export no/such/folder.jsonl", "INVALID_ARGUMENT", "no folder"],
    ["--store sqlite:nothing.db export ../new.jsonl", "RUN_NOT_FOUND", "no blackboard here"],
    ["export - --json", "INVALID_ARGUMENT", "not both"],
  ] as const) {
    const { exitCode, stderr } = await project.orchestra(...line.split(" "));
    expect({ line, exitCode, stderr }).toEqual({
      line,
      exitCode: code === "STORE_UNAVAILABLE" ? 75 : 2,
      stderr: expect.stringMatching(new RegExp(`^orchestra: .*${words}.*\\n$`)),
    });
    const { stdout } = await project.orchestra("--json", ...line.split(" "));
    expect(JSON.parse(stdout)).toMatchObject({ error: { code } });
  }
  expect(readFileSync(blackboard(project))).toEqual(before);
  expect(existsSync(join(project.root, "nothing.db"))).toBe(false);
  expect((await project.orchestra("--store", "sqlite:new.db", "status")).stdout).toMatch(/^No/);
});
