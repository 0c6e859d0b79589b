import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../src/system-clock.ts";
import { createExclusive } from "../src/workspace/exclusive.ts";
import { createWorktrees } from "../src/workspace/worktrees.ts";
import type { Workspaces } from "../src/workspace/workspace.ts";
import { interleaved } from "./measure.ts";

/**
 * The workspace of a task that finds a worktree of an ended one, next to a bare `git worktree add` and
 * to a workspace whose worktree is made, in repositories of many files.
 */
const ROUNDS = 5;
const NEVER = new AbortController().signal;
const WORKED_FILES = 30;

const folder = mkdtempSync(join(tmpdir(), "orchestra-bench-"));
for (const files of [5_000, 50_000]) await compare(files);
rmSync(folder, { recursive: true });

async function compare(files: number): Promise<void> {
  const root = repositoryOf(files);
  const git = (...args: string[]): unknown => execFileSync("git", args, { cwd: root });
  const [warm, cold] = [workspacesOf(root, 1), workspacesOf(root, 0)];
  await work(warm, "first");
  const bare = join(folder, `bare-${files}`);
  let round = 0;
  const tookMs = await interleaved(ROUNDS, {
    bare: () => void git("worktree", "add", "--quiet", "--no-track", "-b", `b${round}`, bare),
    bareRemoved: () => void git("worktree", "remove", "--force", bare),
    cold: async () => prepare(cold, `cold${round}`),
    coldRemoved: async () => remove(cold, `cold${round}`),
    warm: async () => prepare(warm, `warm${round}`),
    warmKept: async () => remove(warm, `warm${round++}`),
  });
  const shown = (ms: number): string => `${ms.toFixed(0)} ms (${(ms / tookMs.bare).toFixed(2)}x)`;
  console.log(`${files} files: bare git worktree add ${shown(tookMs.bare)}`);
  console.log(`  workspace from a kept worktree ${shown(tookMs.warm)}, made ${shown(tookMs.cold)}`);
  console.log(
    `  kept for the next one ${shown(tookMs.warmKept)}, removed ${shown(tookMs.coldRemoved)}`,
  );
}

/** A whole life of a workspace. */
async function work(workspaces: Workspaces, taskId: string): Promise<void> {
  await prepare(workspaces, taskId);
  await remove(workspaces, taskId);
}

async function prepare(workspaces: Workspaces, taskId: string): Promise<void> {
  const { path } = await workspaces.prepare(
    {
      taskId,
      attemptId: `${taskId}-1`,
      branch: `orchestra/${taskId}-work/1`,
      previousBranch: undefined,
      baseBranch: "main",
    },
    NEVER,
  );
  for (let index = 0; index < WORKED_FILES; index += 1) {
    writeFileSync(join(path, nameOf(index * 7)), "worked\n");
  }
}

async function remove(workspaces: Workspaces, taskId: string): Promise<void> {
  const branches = [`orchestra/${taskId}-work/1`];
  await workspaces.remove({ taskId, branches, mergedInto: undefined, keepBranch: undefined });
}

function workspacesOf(root: string, max: number): Workspaces {
  return createWorktrees({
    repositoryRoot: root,
    worktreesRoot: `${root}-worktrees-${max}`,
    config: { copy: [], link: [], sparse: [], setup: [], teardown: [], env: {} },
    warm: { max, always: true },
    ports: { size: 0, file: "" },
    env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
    clock: systemClock,
    bootId: "boot",
    addExclusively: createExclusive(),
  });
}

function repositoryOf(files: number): string {
  const root = join(folder, `repository-${files}`);
  mkdirSync(root);
  const git = (args: string[], input?: string): unknown =>
    execFileSync("git", args, { cwd: root, input });
  git(["init", "--quiet", "--initial-branch=main"]);
  const lines = Array.from({ length: files }, (_, index) => fileOf(index)).join("");
  const commit = "commit refs/heads/main\ncommitter Ada <ada@example.com> 0 +0000\ndata 5\nFirst\n";
  git(["fast-import", "--quiet"], commit + lines);
  git(["reset", "--quiet", "--hard", "main"]);
  return root;
}

/** In the form of `git fast-import`. */
function fileOf(index: number): string {
  const text = `// ${index} ${"x".repeat(index % 900)}\n`;
  return `M 100644 inline ${nameOf(index)}\ndata ${text.length}\n${text}\n`;
}

function nameOf(index: number): string {
  return `packages/p${index % 100}/src/d${Math.floor(index / 100) % 20}/file${index}.ts`;
}
