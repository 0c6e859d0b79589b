import { lstat, readdir, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { errnoOf } from "../core/errno.ts";
import { git } from "./git.ts";
import type { Worktree } from "./place.ts";
import { readLeft } from "./read-left.ts";

/** The worktree that git has on record at `path`, whether its files are there or not. */
export async function findWorktree(
  deps: { readonly repositoryRoot: string },
  path: string,
): Promise<Worktree | undefined> {
  const records = await recordsOf(deps);
  // Git names a record after the folder, if the name is free: so there are hardly more to read.
  const likely = records.filter((gitDir) => basename(gitDir).startsWith(basename(path)));
  for (const gitDir of new Set([...likely, ...records])) {
    if ((await placeOf(gitDir)) === path) return { path, gitDir };
  }
  return undefined;
}

/** The worktrees that git has on record in folders below `path`, whether their files are there or not. */
export async function worktreesBelow(
  deps: { readonly repositoryRoot: string },
  path: string,
): Promise<readonly Worktree[]> {
  const found = (await recordsOf(deps)).map(async (gitDir) => ({
    path: (await placeOf(gitDir)) ?? "",
    gitDir,
  }));
  return (await Promise.all(found)).filter((one) => one.path.startsWith(path + sep));
}

async function recordsOf(deps: { readonly repositoryRoot: string }): Promise<readonly string[]> {
  return recordsIn(await commonDirOf(deps));
}

/** Git's own folders about the worktrees of a repository. */
export async function recordsIn(commonDir: string): Promise<readonly string[]> {
  const folder = join(commonDir, "worktrees");
  try {
    return (await readdir(folder)).map((name) => join(folder, name));
  } catch (error) {
    // Git removes the folder with the last one in it.
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

/** Where the files of a worktree are, or were; `undefined` for a record that is just being made or taken away. */
export async function placeOf(gitDir: string): Promise<string | undefined> {
  const link = await firstLine(join(gitDir, "gitdir"));
  return link ? dirname(resolve(gitDir, link)) : undefined;
}

/** The folder of the repository that all its worktrees share. */
export async function commonDirOf(deps: { readonly repositoryRoot: string }): Promise<string> {
  return gitFolder(deps.repositoryRoot, "--git-common-dir");
}

/** Git's own folder about the check-out at `path`. */
export async function gitDirOf(path: string): Promise<string> {
  return gitFolder(path, "--absolute-git-dir");
}

/** In a repository's main check-out both are its `.git`, and git need not be asked. */
async function gitFolder(path: string, which: string): Promise<string> {
  const plain = join(path, ".git");
  const isPlain = (await lstat(plain).catch(() => undefined))?.isDirectory() === true;
  return realpath(isPlain ? plain : resolve(path, await git(["rev-parse", which], { cwd: path })));
}

/** Where the `.git` file of a worktree points to. */
export function linkTarget(path: string, line: string | undefined): string | undefined {
  return line?.startsWith("gitdir: ") ? resolve(path, line.slice("gitdir: ".length)) : undefined;
}

/** The first line of a file; `undefined` when it is not there, or a folder. */
export async function firstLine(path: string): Promise<string | undefined> {
  return (await readLeft(path))?.toString().split("\n")[0];
}
