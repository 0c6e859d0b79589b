import { existsSync } from "node:fs";
import { lstat, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { OrchestraError } from "../core/errors.ts";
import { flush } from "./flush.ts";
import { gitError } from "./git-error.ts";
import { commonDirOf, findWorktree, firstLine, linkTarget } from "./git-folders.ts";
import { git, tryGit } from "./git.ts";
import { hadOwner, isOfEarlierBoot, readOwner } from "./owner.ts";
import { inside, type Worktree } from "./place.ts";
import { removeWorktree } from "./remove-worktree.ts";
import { dropHalfMadeRecord } from "./half-made.ts";
import { keepRepository } from "./keep-repository.ts";
import { keepUnreachable, rescue } from "./rescue.ts";
import { snapshot } from "./snapshot.ts";
import { narrow } from "./sparse.ts";
import { endStrayGit } from "./stray.ts";
import { takeWarm } from "./warm.ts";
import type { WorktreesDeps } from "./worktrees-deps.ts";

export type Claim = {
  /** Whose work is kept before anything is removed; `undefined` for a scratch worktree. */
  readonly taskId: string | undefined;
  readonly path: string;
  /** What a new worktree starts at. */
  readonly commit: string;
};

/** Without them git can read no worktree of the repository; whoever works in one can rely on them. */
const RECORD = ["HEAD", "commondir", "gitdir"];
const ADD_TRIES = 5;
const ADD_RETRY_MS = 100;

export type Claimed = Worktree & {
  /** Whether it was made just now, so that nobody has worked in it. */
  readonly isNew: boolean;
};

/** The worktree at `path`, mended or made anew; what was in the way is kept under rescue refs. */
export async function claimWorktree(
  deps: WorktreesDeps,
  claim: Claim,
  signal: AbortSignal,
): Promise<Claimed> {
  const found = await findWorktree(deps, claim.path);
  if (found && existsSync(claim.path)) {
    await reattach(deps, found, claim.taskId);
    const owner = await readOwner(found);
    const isScratch = claim.taskId === undefined;
    if (owner && !(isScratch && isOfEarlierBoot(deps, owner))) return { ...found, isNew: false };
    // Without a note of an owner it was never finished, so nobody has worked in it.
    if (!owner && hadOwner(found)) await keepFiles(deps, claim, found);
  }
  await discardWorktree(deps, claim, found);
  // Merges are of all files.
  const folders = claim.taskId === undefined ? [] : deps.config.sparse;
  return deps.addExclusively(async () => {
    await dropHalfMadeRecord(deps, claim.path);
    const warm = await takeWarm(deps, claim.path, folders);
    if (warm) return { ...warm, isNew: false };
    return { ...(await addWorktree(deps, { ...claim, folders }, signal)), isNew: true };
  });
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
    await removeWorktree(deps, found);
  } else if (existsSync(claim.path)) {
    await keepStrandedFiles(deps, claim);
  }
  await rm(claim.path, { recursive: true, force: true });
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
  if (await isAnothers(deps, path, target)) {
    const message = `Making a workspace at ${path}: another repository is there. Move it away.`;
    throw new OrchestraError("REPOSITORY_UNUSABLE", message);
  }
  if (taskId === undefined || names.every((name) => name === ".git")) return;
  await keepFiles(deps, claim, { path, gitDir: await commonDirOf(deps) });
}

/** A repository of its own, or the worktree of one; what leads to none was torn, or to what is. */
async function isAnothers(
  deps: WorktreesDeps,
  path: string,
  target: string | undefined,
): Promise<boolean> {
  const records = join(await commonDirOf(deps), "worktrees");
  if (target !== undefined) return existsSync(target) && dirname(target) !== records;
  return (await lstat(join(path, ".git")).catch(() => undefined))?.isDirectory() === true;
}

/** All files of a workspace about which not more is known, as a change of what it would start at. */
async function keepFiles(deps: WorktreesDeps, claim: Claim, worktree: Worktree): Promise<void> {
  const { taskId, commit } = claim;
  if (taskId === undefined) return;
  const kept = await snapshot(worktree, {
    head: commit,
    merged: [],
    message: "Files of a workspace whose record was lost\n",
    provided: [],
    includesNested: true,
    ignoresIndex: true,
  });
  if (kept.commit) await rescue(deps, { taskId, name: "stranded", commit: kept.commit });
}

type Adding = Pick<Claim, "path" | "commit"> & { readonly folders: readonly string[] };

/** A new worktree at `path`, of these folders or of all. For one caller at a time. */
export async function addWorktree(
  deps: WorktreesDeps,
  { path, commit, folders }: Adding,
  signal: AbortSignal,
): Promise<Worktree> {
  const options = ["--quiet", "--detach", ...(folders.length > 0 ? ["--no-checkout"] : [])];
  const call = {
    args: ["worktree", "add", ...options, path, commit],
    cwd: deps.repositoryRoot,
    writesTo: deps.worktreesRoot,
  };
  await mkdir(deps.worktreesRoot, { recursive: true });
  for (let tries = 1; ; tries += 1) {
    const failure = await failureOfAdding(call, signal);
    const made = await findWorktree(deps, path);
    if (made && !failure) {
      await narrow(made, folders);
      if (folders.length > 0) await git(["checkout", "--quiet", "--detach"], inside(made));
      await flush(join(path, ".git"), ...RECORD.map((name) => join(made.gitDir, name)));
      return made;
    }
    // Git was killed, or another process held a lock; half of a worktree may be left.
    if (made) await removeWorktree(deps, made);
    if (tries === ADD_TRIES) throw failure ?? new Error(`Git made no worktree at ${path}.`);
    await deps.clock.sleep(ADD_RETRY_MS * 2 ** tries, signal);
  }
}

/** Rejects only when `signal` has aborted. */
async function failureOfAdding(
  call: { readonly args: readonly string[]; readonly cwd: string; readonly writesTo: string },
  signal: AbortSignal,
): Promise<unknown> {
  try {
    const result = await tryGit(call.args, { cwd: call.cwd, signal });
    return result.exitCode === 0 ? undefined : await gitError(call, result);
  } catch (error) {
    signal.throwIfAborted();
    return error;
  }
}
