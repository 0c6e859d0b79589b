import { execFileSync } from "node:child_process";
import {
  mkdtempSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { NODE_FOLDER } from "../install-package.ts";

const BIN = resolve(import.meta.dirname, "../../bin/orchestra.cjs");

export type RealProject = {
  readonly root: string;
  /** Runs a command of the built `orchestra` to its end. */
  readonly orchestra: (...args: readonly string[]) => Promise<Ran>;
  /** The same from another folder. */
  readonly orchestraIn: (folder: string, ...args: readonly string[]) => Promise<Ran>;
  /** Starts one and leaves it running. */
  readonly start: (...args: readonly string[]) => ChildProcess;
  /** Runs a line of shell that may call `orchestra`, with these variables more. */
  readonly shell: (line: string, variables?: Readonly<Record<string, string>>) => Promise<Ran>;
  readonly git: (...args: readonly string[]) => string;
  readonly read: (file: string) => string;
  readonly json: (...args: readonly string[]) => Promise<unknown>;
  readonly [Symbol.dispose]: () => void;
};

export type Ran = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

/** The command that runs `command` in the folder `cwd`, perhaps in surroundings of its own. */
export type Entry = (cwd: string, command: readonly string[]) => readonly string[];

/** A repository of its own with this configuration, for the built `orchestra` to work in. */
export function createProject(
  config: string,
  entry: Entry = (_cwd, command) => command,
): RealProject {
  const scratch = mkdtempSync(join(tmpdir(), "orchestra-real-"));
  const root = join(scratch, "project");
  for (const folder of ["home", "bin", "project"]) mkdirSync(join(scratch, folder));
  symlinkSync(BIN, join(scratch, "bin/orchestra"));
  const env = {
    PATH: `${join(scratch, "bin")}:${NODE_FOLDER}:/usr/local/bin:/usr/bin:/bin`,
    HOME: join(scratch, "home"),
    ORCHESTRA_HOME: join(scratch, "orchestra"),
  };
  const git = (...args: readonly string[]): string =>
    execFileSync("git", args, { cwd: root, encoding: "utf8", env }).trimEnd();
  writeFileSync(join(root, "orchestra.yaml"), config);
  writeFileSync(join(root, "README.md"), "# A project\n");
  git("init", "-q", "-b", "main");
  git("config", "user.name", "Tester");
  git("config", "user.email", "tester@localhost");
  git("add", "-A");
  git("commit", "-q", "-m", "Start");

  const spawnIn = (cwd: string, command: readonly string[], more = {}): ChildProcess => {
    const [file = "", ...args] = entry(cwd, command);
    return spawn(file, args, { cwd, env: { ...env, ...more } });
  };
  const startIn = (cwd: string, args: readonly string[]): ChildProcess =>
    spawnIn(cwd, [process.execPath, BIN, ...args]);
  const start = (...args: readonly string[]): ChildProcess => startIn(root, args);
  const orchestra = async (...args: readonly string[]): Promise<Ran> => ran(start(...args));
  return {
    root,
    orchestra,
    orchestraIn: async (folder, ...args) => ran(startIn(folder, args)),
    start,
    shell: async (line, variables) => ran(spawnIn(root, ["sh", "-c", line], variables)),
    git,
    read: (file) => readFileSync(join(root, file), "utf8"),
    json: async (...args) => JSON.parse((await orchestra(...args, "--json")).stdout),
    [Symbol.dispose]: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

async function ran(child: ChildProcess): Promise<Ran> {
  if (!child.stdout || !child.stderr) throw new Error("It has no streams.");
  const closed = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await closed;
  return { exitCode: child.exitCode ?? -1, stdout, stderr };
}

/** The folder that the worktrees of a project's tasks are in, once there was one. */
export function worktreesOf({ root }: RealProject): string {
  const folder = join(dirname(root), "orchestra/worktrees");
  const [name = ""] = readdirSync(folder);
  return join(folder, name);
}
