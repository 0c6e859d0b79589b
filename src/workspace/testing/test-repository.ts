import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { Clock } from "../../core/clock.ts";
import { createExclusive } from "../exclusive.ts";
import { createWorktrees } from "../worktrees.ts";
import type { WorkspaceConfig, WorktreesDeps } from "../worktrees-deps.ts";
import type { Workspaces } from "../workspace.ts";

/** A person's repository in a temporary folder, for tests; removed when it is disposed of. */
export type TestRepository = AsyncDisposable & {
  readonly root: string;
  /** What its workspaces, and merges beside them, are made with. */
  readonly deps: WorktreesDeps;
  /** Holds the repository and the worktrees. */
  readonly folder: string;
  readonly worktreesRoot: string;
  /** Git as the person runs it, in the repository or in `cwd`. */
  readonly git: (args: readonly string[], cwd?: string) => Promise<string>;
  readonly write: (path: string, text: string, cwd?: string) => Promise<void>;
  /** Writes files and commits them; returns the commit. */
  readonly commit: (
    files: Readonly<Record<string, string>>,
    message: string,
    cwd?: string,
  ) => Promise<string>;
  readonly workspaces: (config?: Partial<WorkspaceConfig>, repositoryRoot?: string) => Workspaces;
  readonly workspacesWith: (options: Partial<WorktreesDeps>) => Workspaces;
};

export const NO_CONFIG: WorkspaceConfig = {
  copy: [],
  link: [],
  sparse: [],
  setup: [],
  teardown: [],
  env: {},
};

/** No worktree is kept for a next task. */
export const COLD = { max: 0, always: false };

/** One is, of however small a repository. */
export const WARM = { max: 1, always: true };

/** Workspaces have no ports of their own. */
const NO_PORTS = { size: 0, file: "" };

/** Time in which nothing waits. */
export const instantClock: Clock = {
  nowMs: () => 0,
  awakeMs: () => 0,
  sleep: async () => undefined,
};

/** Signals nothing. */
export const NEVER = new AbortController().signal;

/** What workspaces of a test's repository are made with, unless the test is about it. */
export function depsOf(repositoryRoot: string, worktreesRoot: string): WorktreesDeps {
  return {
    repositoryRoot,
    worktreesRoot,
    config: NO_CONFIG,
    warm: COLD,
    ports: NO_PORTS,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
    clock: instantClock,
    bootId: "boot",
    addExclusively: createExclusive(),
  };
}

/** A repository with one commit, on `main`, in a folder whose name is unkind. */
export async function createTestRepository(): Promise<TestRepository> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "orchestra wörk-")));
  const root = join(folder, "the projéct");
  const worktreesRoot = join(folder, "work trees");
  await mkdir(root);
  const git: TestRepository["git"] = async (args, cwd = root) => runGit(args, cwd);
  const write: TestRepository["write"] = async (path, text, cwd = root) => put(cwd, path, text);
  const commit: TestRepository["commit"] = async (files, message, cwd = root) => {
    for (const [path, text] of Object.entries(files)) await put(cwd, path, text);
    await runGit(["add", "--all"], cwd);
    await runGit(["commit", "--quiet", "--allow-empty", "-m", message], cwd);
    return runGit(["rev-parse", "HEAD"], cwd);
  };
  await git(["init", "--quiet", "--initial-branch=main"]);
  await commit({ "a.txt": "one\n", ".gitignore": "*.log\n.env\ndeps/\n" }, "First");
  const deps = depsOf(root, worktreesRoot);
  return {
    root,
    deps,
    folder,
    worktreesRoot,
    git,
    write,
    commit,
    workspaces: (config, repositoryRoot = root) =>
      createWorktrees({ ...deps, repositoryRoot, config: { ...NO_CONFIG, ...config } }),
    workspacesWith: (changes) => createWorktrees({ ...deps, ...changes }),
    [Symbol.asyncDispose]: async () => rm(folder, { recursive: true, force: true }),
  };
}

async function runGit(args: readonly string[], cwd: string): Promise<string> {
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
  const { stdout } = await execa("git", [...identity, ...args], { cwd });
  return stdout;
}

async function put(cwd: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(cwd, path)), { recursive: true });
  await writeFile(join(cwd, path), text);
}
