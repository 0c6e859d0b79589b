import { existsSync } from "node:fs";
import { lstat, readdir, realpath } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { git } from "./git.ts";
import type { Worktree } from "./place.ts";
import { readLeft } from "./read-left.ts";

/** The worktree that git has on record at `path`, whether its files are there or not. */
export async function findWorktree(
  deps: { readonly repositoryRoot: string },
  path: string,
): Promise<Worktree | undefined> {
  const records = join(await commonDirOf(deps), "worktrees");
  const names = existsSync(records) ? await readdir(records) : [];
  // Git names a record after the folder, if the name is free: so there are hardly more to read.
  const likely = names.filter((name) => name.startsWith(basename(path)));
  for (const name of new Set([...likely, ...names])) {
    const gitDir = join(records, name);
    const link = await firstLine(join(gitDir, "gitdir"));
    if (link && resolve(gitDir, link) === join(path, ".git")) return { path, gitDir };
  }
  return undefined;
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
