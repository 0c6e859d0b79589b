import { existsSync, readFileSync, realpathSync, statSync, type Stats } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { RepositoryFacts } from "./inspect-repository.ts";

const HEAD_ON_BRANCH = /^ref: refs\/heads\/(\S+)\n$/;
const COMMIT = /^([0-9a-f]{40}|[0-9a-f]{64})\n$/;
/** Settings by which a repository's files may be elsewhere than beside its git folder. */
const UNUSUAL_SETTING = /\bworktree\b|\bbare\s*=\s*(true|yes|on|1)/i;

/**
 * The usual repository, told from its files: its git folder is `.git`, and its branch is a loose
 * ref. Anything else is `undefined`, and then git has to be asked, which takes a sixth of the time
 * that queueing a task does.
 */
export function plainRepository(
  cwd: string,
  variables: Readonly<Record<string, string>>,
): RepositoryFacts | undefined {
  if (variables["GIT_CEILING_DIRECTORIES"] !== undefined) return undefined;
  // What is not there gets git's own error.
  if (!isGitInstalled(variables["PATH"] ?? "")) return undefined;
  const root = folderWithGit(realpathSync(cwd));
  if (root === undefined) return undefined;

  const folder = join(root, ".git");
  const head = readIfThere(join(folder, "HEAD"));
  const [, currentBranch] = HEAD_ON_BRANCH.exec(head ?? "") ?? [];
  if (currentBranch === undefined) return undefined;
  if (!isUsual(readIfThere(join(folder, "config")))) return undefined;
  const [, headCommit] =
    COMMIT.exec(readIfThere(join(folder, "refs/heads", currentBranch)) ?? "") ?? [];
  if (headCommit === undefined) return undefined;
  return { root, currentBranch, headCommit, isBare: false };
}

/** Whether a repository with this configuration has its files beside its git folder. */
export function isUsual(config: string | undefined): boolean {
  return config !== undefined && !UNUSUAL_SETTING.test(config);
}

function isGitInstalled(path: string): boolean {
  return path.split(delimiter).some((folder) => existsSync(join(folder, "git")));
}

/**
 * Only where `.git` is a folder: a file stands for a linked worktree or a submodule. And only where
 * it is ours: of what is somebody else's, git wants to be told that it is safe.
 */
function folderWithGit(folder: string): string | undefined {
  const git = statSync(join(folder, ".git"), { throwIfNoEntry: false });
  if (git) return git.isDirectory() && isOurs(git) && isOurs(statSync(folder)) ? folder : undefined;
  // Standing inside a bare repository or a git folder.
  if (existsSync(join(folder, "HEAD"))) return undefined;
  const parent = dirname(folder);
  return parent === folder ? undefined : folderWithGit(parent);
}

function isOurs({ uid }: Stats): boolean {
  return uid === process.geteuid?.();
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Whatever keeps it from being read, git will say it better.
    return undefined;
  }
}
