import { existsSync, lstatSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { commonDirOf, firstLine, placeOf, recordsIn } from "./git-folders.ts";
import { git, tryGit } from "./git.ts";
import { insideGitDir } from "./place.ts";
import { isUsual } from "./plain-repository.ts";
import { readLeft } from "./read-left.ts";
import { branchCommit } from "./refs.ts";

// Asked at every step of a task, so that git is started for it only where its files do not tell.

/** A check-out of the repository: its main one, or a worktree that git has on record. */
export type CheckOut = {
  readonly path: string;
  /** The branch checked out in it, without `refs/heads/`. */
  readonly branch: string | undefined;
};

type Deps = { readonly repositoryRoot: string };

const ON_BRANCH = "ref: refs/heads/";
/** Where refs are kept in another way than in files, `HEAD` says this. */
const ELSEWHERE = `${ON_BRANCH}.invalid`;
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** All check-outs of the repository, those included whose files are gone. */
export async function checkOutsOf(deps: Deps): Promise<readonly CheckOut[]> {
  const commonDir = await commonDirOf(deps);
  return (await isPlain(deps, commonDir)) ? readFrom(commonDir) : listed(deps);
}

/** The branch that HEAD is on, by git's own folder about a check-out; `undefined` when it is on none. */
export async function branchAt(gitDir: string): Promise<string | undefined> {
  const head = await plainText(join(gitDir, "HEAD"));
  if (head !== undefined && COMMIT.test(head)) return undefined;
  if (head?.startsWith(ON_BRANCH) && head !== ELSEWHERE) {
    const name = head.slice(ON_BRANCH.length);
    if (!(await isAlias(gitDir, name))) return name;
  }
  if (!existsSync(gitDir)) return undefined;
  const args = ["symbolic-ref", "--quiet", "HEAD"];
  const { exitCode, stdout } = await tryGit(args, insideGitDir(gitDir));
  const isBranch = exitCode === 0 && stdout.startsWith("refs/heads/");
  return isBranch ? stdout.slice("refs/heads/".length) : undefined;
}

/** The branch that a name stands for: it may be another name of one. */
export async function branchNamed(deps: Deps, name: string): Promise<string> {
  const line = await firstLine(join(await commonDirOf(deps), "refs/heads", name));
  return line?.startsWith(ON_BRANCH) ? line.slice(ON_BRANCH.length).trimEnd() : name;
}

/** Whether a branch is another name of one, which is then the one that HEAD is on. */
async function isAlias(gitDir: string, branch: string): Promise<boolean> {
  const commonDir = await firstLine(join(gitDir, "commondir"));
  const file = join(resolve(gitDir, commonDir ?? ""), "refs/heads", branch);
  const isThere = lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  // Those that are packed are all names of commits.
  return isThere && !COMMIT.test((await plainText(file)) ?? "");
}

/** The first line of a file as git reads it; `undefined` where it is a link to another, too. */
async function plainText(path: string): Promise<string | undefined> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  return (await firstLine(path))?.trimEnd();
}

/** What a branch points to. Whether that is there is not looked at. */
export async function tipOf(deps: Deps, branch: string): Promise<string | undefined> {
  const line = await plainText(join(await commonDirOf(deps), "refs/heads", branch));
  if (line !== undefined && COMMIT.test(line)) return line;
  return branchCommit({ cwd: deps.repositoryRoot }, branch);
}

/** Whether the main check-out is around git's folder. */
async function isPlain({ repositoryRoot }: Deps, commonDir: string): Promise<boolean> {
  if (commonDir !== join(await realpath(repositoryRoot), ".git")) return false;
  if (existsSync(join(commonDir, "config.worktree"))) return false;
  return isUsual((await readLeft(join(commonDir, "config")))?.toString());
}

async function readFrom(commonDir: string): Promise<readonly CheckOut[]> {
  const main = { path: dirname(commonDir), branch: await branchAt(commonDir) };
  const linked = await Promise.all((await recordsIn(commonDir)).map(recordedIn));
  return [main, ...linked.flatMap((one) => one ?? [])];
}

async function recordedIn(gitDir: string): Promise<CheckOut | undefined> {
  const path = await placeOf(gitDir);
  return path === undefined ? undefined : { path, branch: await branchAt(gitDir) };
}

async function listed({ repositoryRoot }: Deps): Promise<readonly CheckOut[]> {
  const output = await git(["worktree", "list", "--porcelain"], { cwd: repositoryRoot });
  return output.split("\n\n").map((record) => {
    const field = (name: string) =>
      record
        .split("\n")
        .find((line) => line.startsWith(`${name} `))
        ?.slice(name.length + 1);
    return { path: field("worktree") ?? "", branch: field("branch")?.replace("refs/heads/", "") };
  });
}
