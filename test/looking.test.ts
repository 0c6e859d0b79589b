import {
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  utimesSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { eventually } from "../src/agents/process/testing/real-processes.ts";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { holdAgent } from "./held-agent.ts";
import { exitOf } from "./exit-of.ts";

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: [sh -c true]
`;

/** Commands that only look; each also as JSON. */
const LOOKS = [
  "status",
  "show TASK",
  "logs TASK",
  "logs TASK --raw",
  "diff TASK",
  "diff TASK --stat",
];
const ABOUT_ALL = [
  "doctor",
  "recover",
  "replay",
  "replay --at 2",
  "init --dry-run",
  "--help",
  "--version",
];

/** Commands that put together what there is. */
const REPORTS = [
  "ps",
  "timeout list",
  "daemon status",
  "archive --stats",
  "completion bash",
  "config show --origin",
  "config validate",
  "compare TASK",
  "cost --by task",
  "wait --timeout 1s",
  "deps show TASK",
  "deps graph --format dot",
  "deps validate",
];

const DONE = 0;
const MISUSE = 2;
/** What commands end with that judge what they have seen. */
const VERDICTS = [DONE, 1, 4, 6];

/** What SQLite keeps beside a blackboard for those who have it open: no part of what is kept. */
const SHARED_INDEX = ".orchestra/blackboard.db-shm";
const LOG = ".orchestra/blackboard.db-wal";

type Entry = { readonly mode: number; readonly mtimeMs: number; readonly content: string };

/** All of the folder that holds the repository, `.git`, `.orchestra`, the worktrees and a home. */
function everything(project: RealProject): Map<string, Entry> {
  const scratch = join(project.root, "..");
  const entries = readdirSync(scratch, { recursive: true, encoding: "utf8" })
    .filter((path) => !path.endsWith(SHARED_INDEX))
    .map((path) => [path, entryOf(join(scratch, path))] as const);
  // An empty log says as much as none.
  return new Map(entries.filter(([path, { content }]) => !path.endsWith(LOG) || content !== ""));
}

function entryOf(path: string): Entry {
  const stats = lstatSync(path);
  // The folder of a blackboard is touched when the index in it is made, and git marks an object
  // that it came across as young, so that it is not cleaned away.
  const isTouched = path.endsWith("/.orchestra") || path.includes("/.git/objects/");
  return {
    mode: stats.mode,
    mtimeMs: isTouched ? 0 : stats.mtimeMs,
    content: contentOf(path, stats),
  };
}

function contentOf(path: string, stats: Stats): string {
  if (stats.isSymbolicLink()) return readlinkSync(path);
  return stats.isFile() ? readFileSync(path, "latin1") : "";
}

/** Runs every command that looks; returns what they changed. Who is refused has not looked. */
async function changesByLooking(
  project: RealProject,
  taskId: string,
  exitCodes: readonly number[] = [DONE],
  lines = [...LOOKS, ...ABOUT_ALL],
): Promise<string[]> {
  const changes: string[] = [];
  let before = everything(project);
  for (const line of lines.map((one) => one.replace("TASK", taskId))) {
    for (const command of [line, `--json ${line}`]) {
      const { exitCode, stderr } = await project.orchestra(...command.split(" "));
      if (!exitCodes.includes(exitCode)) throw new Error(`${command} failed: ${stderr}`);
      const after = everything(project);
      changes.push(...differences(before, after).map((path) => `${command}: ${path}`));
      before = after;
    }
  }
  return changes;
}

function differences(before: Map<string, Entry>, after: Map<string, Entry>): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => !isDeepStrictEqual(before.get(path), after.get(path)));
}

test("looking at a project that has no blackboard makes none", async () => {
  using project = createProject(CONFIG);
  expect(await changesByLooking(project, "none", [DONE, MISUSE])).toEqual([]);
  const reports = [...REPORTS, "archive --dry-run", "clean --dry-run"];
  expect(await changesByLooking(project, "none", [DONE, 1, MISUSE], reports)).toEqual([]);
});

test("looking at work that has ended changes nothing of it", async () => {
  using project = await endedWork();
  expect(await changesByLooking(project, "done")).toEqual([]);
});

test("reporting of work that has ended changes nothing of it", async () => {
  using project = await endedWork();
  expect(await changesByLooking(project, "done", VERDICTS, REPORTS)).toEqual([]);
});

/** A task that is done, one that waits for a person, and work that was kept. */
async function endedWork(): Promise<RealProject> {
  const project = createProject(CONFIG);
  await project.orchestra("start", "echo said; echo x > a.txt; exit 0", "--id", "done");
  await project.orchestra("start", "x", "--id", "waits", "--after", "done", "--no-merge");
  await project.orchestra("run");
  project.git("update-ref", "refs/orchestra/rescue/done/1", "HEAD");
  return project;
}

test("looking at an agent at work, whose dispatcher was killed, changes nothing of it", async () => {
  using project = createProject(CONFIG);
  await leftAtWork(project);
  expect(await changesByLooking(project, "live")).toEqual([]);
  const { stdout } = await project.orchestra("diff", "live");
  expect(stdout.match(/^\+[^+].*$/gm)).toEqual(["+y", "+x", "+z"]);
  await project.orchestra("cancel", "live");
});

test("reporting of an agent at work, whose dispatcher was killed, changes nothing of it", async () => {
  using project = createProject(CONFIG);
  await leftAtWork(project);
  expect(await changesByLooking(project, "live", VERDICTS, REPORTS)).toEqual([]);
  await project.orchestra("cancel", "live");
});

/** The agent of the task `live` is held in the middle of its work, and nobody works the queue. */
async function leftAtWork(project: RealProject): Promise<void> {
  const agent = holdAgent(project);
  const script = `echo x > a.txt; git add a.txt; echo y > README.md; echo z > new.txt; ${agent.waits}`;
  await project.orchestra("start", script, "--id", "live");
  const running = project.start("run");
  await agent.began();
  let workspace: string | undefined;
  await eventually(async () => (workspace = await workspaceOf(project, "live")) !== undefined);
  running.kill("SIGKILL");
  await exitOf(running);
  // What git would refresh in its index, if it were let.
  utimesSync(join(workspace ?? "", "orchestra.yaml"), 1, 1);
}

/** Known as soon as the start of its agent is on record. */
async function workspaceOf(project: RealProject, id: string): Promise<string | undefined> {
  const { attempts } = (await project.json("show", id)) as {
    attempts: readonly { workspacePath?: string }[];
  };
  return attempts[0]?.workspacePath;
}
