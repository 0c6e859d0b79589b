import { existsSync } from "node:fs";
import { lstat, mkdir, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { OrchestraError } from "../core/errors.ts";
import { gitError } from "./git-error.ts";
import { git, tryGit } from "./git.ts";
import { readOwner } from "./owner.ts";
import type { Worktree } from "./place.ts";
import { keepRepository, keepUnreachable, rescue } from "./rescue.ts";
import { snapshot } from "./snapshot.ts";
import { endStrayGit } from "./stray-git.ts";
import type { WorktreesDeps } from "./worktrees-deps.ts";

export type Claim = {
  /** Whose work is kept before anything is removed; `undefined` for a scratch worktree. */
  readonly taskId: string | undefined;
  readonly path: string;
  /** What a new worktree starts at. */
  readonly commit: string;
};

const ADD_TRIES = 5;
const ADD_RETRY_MS = 100;

/** The worktree at `path`, mended or made anew; what was in the way is kept under rescue refs. */
export async function claimWorktree(
  deps: WorktreesDeps,
  claim: Claim,
  signal: AbortSignal,
): Promise<Worktree> {
  const found = await findWorktree(deps, claim.path);
  if (found && existsSync(claim.path)) {
    await reattach(deps, found, claim.taskId);
    // Without an owner it was never finished, so nobody has worked in it.
    if (await readOwner(found)) return found;
  }
  await discardWorktree(deps, claim, found);
  return deps.addExclusively(async () => addWorktree(deps, claim, signal));
}

/** The worktree that git has on record at `path`, whether its files are there or not. */
export async function findWorktree(
  deps: WorktreesDeps,
  path: string,
): Promise<Worktree | undefined> {
  const records = join(await commonDirOf(deps), "worktrees");
  const names = existsSync(records) ? await readdir(records) : [];
  for (const name of names) {
    const gitDir = join(records, name);
    const link = await firstLine(join(gitDir, "gitdir"));
    if (link && resolve(gitDir, link) === join(path, ".git")) return { path, gitDir };
  }
  return undefined;
}

/** Removes a worktree in whatever state it is, after keeping what only it holds. */
export async function discardWorktree(
  deps: WorktreesDeps,
  claim: Claim,
  found: Worktree | undefined,
): Promise<void> {
  if (found) {
    await endStrayGit(deps, found.gitDir);
    if (claim.taskId) await keepUnreachable(deps, found.gitDir, claim.taskId);
    if (existsSync(claim.path)) await reattach(deps, found, claim.taskId);
    await removeWorktree(deps, claim.path);
  } else if (existsSync(claim.path)) {
    await keepStrandedFiles(deps, claim);
  }
  await rm(claim.path, { recursive: true, force: true });
}

async function removeWorktree(deps: WorktreesDeps, path: string): Promise<void> {
  // Twice: one that an unfinished `add` has left is locked.
  await git(["worktree", "remove", "--force", "--force", path], { cwd: deps.repositoryRoot });
}

/** Agents delete `.git`, and make repositories of their own: joins files and record again. */
async function reattach(
  deps: WorktreesDeps,
  worktree: Worktree,
  taskId: string | undefined,
): Promise<void> {
  const link = join(worktree.path, ".git");
  if (linkTarget(worktree.path, await firstLine(link)) === worktree.gitDir) return;
  if (taskId && existsSync(link) && (await lstat(link)).isDirectory()) {
    await keepRepository(deps, link, taskId);
  }
  await rm(link, { recursive: true, force: true });
  await writeFile(link, `gitdir: ${worktree.gitDir}\n`);
}

/** A folder that git has forgotten: its files are kept, as a change of what the task starts from. */
async function keepStrandedFiles(deps: WorktreesDeps, claim: Claim): Promise<void> {
  const { path, taskId } = claim;
  const names = await readdir(path);
  const target = linkTarget(path, await firstLine(join(path, ".git")));
  if (names.includes(".git") && (target === undefined || existsSync(target))) {
    const message = `Making a workspace at ${path}: another repository is there. Move it away.`;
    throw new OrchestraError("REPOSITORY_UNUSABLE", message);
  }
  if (taskId === undefined || names.every((name) => name === ".git")) return;
  const kept = await snapshot(
    { path, gitDir: await commonDirOf(deps) },
    {
      head: claim.commit,
      merged: [],
      message: "Files of a workspace that git had forgotten\n",
      provided: [],
      includesNested: true,
      ignoresIndex: true,
    },
  );
  if (kept) await rescue(deps, { taskId, name: "stranded", commit: kept.commit });
}

async function addWorktree(
  deps: WorktreesDeps,
  { path, commit }: Claim,
  signal: AbortSignal,
): Promise<Worktree> {
  const call = {
    args: ["worktree", "add", "--quiet", "--detach", path, commit],
    cwd: deps.repositoryRoot,
    writesTo: deps.worktreesRoot,
  };
  await mkdir(deps.worktreesRoot, { recursive: true });
  for (let tries = 1; ; tries += 1) {
    const result = await tryGit(call.args, { cwd: call.cwd, signal });
    const added = result.exitCode === 0 ? await findWorktree(deps, path) : undefined;
    if (added) return added;
    if (tries === ADD_TRIES) throw await gitError(call, result);

    // Most likely another process held a lock; half of a worktree may be left.
    if (await findWorktree(deps, path)) await removeWorktree(deps, path);
    await deps.clock.sleep(ADD_RETRY_MS * 2 ** tries, signal);
  }
}

/** The folder of the repository that all its worktrees share. */
export async function commonDirOf(deps: { readonly repositoryRoot: string }): Promise<string> {
  const path = await git(["rev-parse", "--git-common-dir"], { cwd: deps.repositoryRoot });
  return realpath(resolve(deps.repositoryRoot, path));
}

/** Where the `.git` file of a worktree points to. */
function linkTarget(path: string, line: string | undefined): string | undefined {
  return line?.startsWith("gitdir: ") ? resolve(path, line.slice("gitdir: ".length)) : undefined;
}

/** The first line of a file; `undefined` when it is not there, or a folder. */
async function firstLine(path: string): Promise<string | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  return text?.split("\n")[0];
}
