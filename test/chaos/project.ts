import { spawn, type ChildProcess } from "node:child_process";
import { exitOf } from "../exit-of.ts";
import { closeSync, cpSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { ProcessFacts } from "../../src/agents/process/process-facts.ts";
import { machineProcessTable } from "../../src/agents/process/process-table.ts";
import { createProject, type Entry, type RealProject } from "../agents/real-project.ts";
import type { GraphTask } from "./graph.ts";

const BIN = resolve(import.meta.dirname, "../../bin/orchestra.cjs");
const AGENT = resolve(import.meta.dirname, "agent.sh");

/** How many worktrees of ended tasks are kept for the next ones. */
export const WARM_MAX = 2;

/** Failures cost nothing here about which a person would have to be asked. */
const CONFIG = `agents:
  script: { adapter: command, command: [sh, "${AGENT}", "{task_id}", "{attempt_id}"], prompt: stdin }
checks: ["! grep -rq BROKEN work"]
defaults: { retries: 20, stall: 10 }
limits: { parallel: 4 }
workspace: { warm: ${WARM_MAX} }
`;

/** A project to be worked, and struck at. Everything of it is in one folder. */
export type ChaosProject = RealProject & {
  readonly scratch: string;
  readonly blackboard: string;
  /** Starts an `orchestra` command, perhaps with a module that is loaded before it. */
  readonly begin: (words: readonly string[], preload?: Preload) => ChildProcess;
  /** What these commands have printed, one after the other. */
  readonly said: () => string;
  /** Those alive that these commands have started, however far from them. */
  readonly processes: () => readonly ProcessFacts[];
};

export type Preload = { readonly module: string; readonly env: Readonly<Record<string, string>> };

/** A project with these tasks queued. */
export async function createChaosProject(tasks: readonly GraphTask[]): Promise<ChaosProject> {
  const project = emptyProject();
  await queue(project, tasks);
  return project;
}

export async function queue(project: ChaosProject, tasks: readonly GraphTask[]): Promise<void> {
  for (const { id, kind, after = [], options = [] } of tasks) {
    const prompt = `${[kind, ...after].join(" ")}\n`;
    const dependencies = after.length > 0 ? ["--after", after.join(",")] : [];
    const words = [prompt, "--title", id, "--id", id, ...dependencies, ...options];
    const { exitCode, stderr } = await project.orchestra("start", ...words);
    if (exitCode !== 0) throw new Error(`Task ${id} was not queued: ${stderr}`);
  }
}

/** Another project with the same tasks queued, in a tenth of the time: nothing is worked yet. */
export function copyOf(template: ChaosProject): ChaosProject {
  const project = emptyProject();
  cpSync(dirname(template.blackboard), dirname(project.blackboard), { recursive: true });
  return project;
}

const HERE: Entry = (_cwd, command) => command;

/** Where the blackboard is kept, in the project's folder. */
export type Kept = "blackboard.db" | "files";

/** A project with nothing queued, perhaps in surroundings of its own. */
export function emptyProject(entry = HERE, kept: Kept = "blackboard.db"): ChaosProject {
  const store = kept === "files" ? "store: files:.orchestra/files\n" : "";
  const project = createProject(CONFIG + store, entry);
  const { root, git } = project;
  const scratch = dirname(root);
  mkdirSync(join(scratch, "tmp"));
  writeFileSync(join(root, "shared.txt"), "");
  git("add", "shared.txt");
  git("commit", "--quiet", "--message", "Share");
  const log = join(scratch, "said.log");
  writeFileSync(log, "");
  return {
    ...project,
    scratch,
    blackboard: join(root, ".orchestra", kept),
    begin: (words, preload) => begin({ scratch, root, log, entry }, words, preload),
    said: () => readFileSync(log, "utf8"),
    processes: () => processesOf(scratch),
  };
}

type Place = {
  readonly scratch: string;
  readonly root: string;
  readonly log: string;
  readonly entry: Entry;
};

function begin(
  { scratch, root, log, entry }: Place,
  words: readonly string[],
  preload: Preload | undefined,
): ChildProcess {
  const env = {
    PATH: process.env["PATH"],
    HOME: join(scratch, "home"),
    ORCHESTRA_HOME: join(scratch, "orchestra"),
    TMPDIR: join(scratch, "tmp"),
    NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"),
    ...preload?.env,
  };
  const before = preload ? ["--require", preload.module] : [];
  const output = openSync(log, "a");
  const [file = "", ...args] = entry(root, [process.execPath, ...before, BIN, ...words]);
  const child = spawn(file, args, {
    cwd: root,
    env,
    stdio: ["ignore", output, output],
    // A group of its own: what is killed with its group must not be us.
    detached: true,
  });
  closeSync(output);
  return child;
}

/** A command that has not come to its end by then hangs. */
const DEADLINE_MS = 300_000;

/** The exit code of a command when it ends; `undefined` when it was killed, if need be for hanging. */
export async function endOf(command: ChildProcess): Promise<number | undefined> {
  const hanging = setTimeout(() => command.kill("SIGKILL"), DEADLINE_MS);
  await exitOf(command);
  clearTimeout(hanging);
  return command.exitCode ?? undefined;
}

function processesOf(scratch: string): readonly ProcessFacts[] {
  const seen = machineProcessTable().glance();
  const all = seen.all(undefined);
  const pids = all.map(({ pid }) => pid);
  const found = new Set(seen.carriers(`HOME=${join(scratch, "home")}`, pids));
  // The process that starts others inherits no environment; its parent is one of these.
  return all.filter(({ pid, parent }) => found.has(pid) || found.has(parent));
}
