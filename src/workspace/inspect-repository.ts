import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { OrchestraError } from "../core/errors.ts";
import { git, tryGit, type GitResult } from "./git.ts";
import { commitOf } from "./refs.ts";

/** What a repository is like, for the command line to accept or refuse. */
export type RepositoryFacts = {
  /**
   * The project's folder: the top of the main worktree, also when standing in a linked one, so
   * that a repository has one project. The linked worktree itself when the main one is bare. A
   * submodule is a project of its own.
   */
  readonly root: string;
  /** The branch checked out where we stand; `undefined` when HEAD is detached. */
  readonly currentBranch: string | undefined;
  /** `undefined` when nothing was committed yet. */
  readonly headCommit: string | undefined;
  readonly isBare: boolean;
};

/** Looks at the repository that `cwd` is in; throws when there is none, or none that git accepts. */
export async function inspectRepository(cwd: string): Promise<RepositoryFacts> {
  return (await inspectUsual(cwd)) ?? inspectUnusual(cwd);
}

/** A worktree with a commit, in one question; `undefined` when it is anything else. */
async function inspectUsual(cwd: string): Promise<RepositoryFacts | undefined> {
  const asked = ["--git-common-dir", "--show-toplevel", "HEAD", "--symbolic-full-name", "HEAD"];
  const { exitCode, stdout } = await tryGit(["rev-parse", ...asked], { cwd });
  const [commonDir, shown, headCommit, head, ...more] = stdout.split("\n");
  if (exitCode !== 0 || !commonDir || !shown || !head || more.length > 0) return undefined;
  // Git names the way by which we came; a project has one name.
  const top = await realpath(shown);
  const gitCommonDir = await realpath(resolve(cwd, commonDir));
  const isMain = gitCommonDir === join(top, ".git");
  return {
    root: isMain ? top : ((await mainWorktree(gitCommonDir)) ?? top),
    currentBranch: head.startsWith(BRANCHES) ? head.slice(BRANCHES.length) : undefined,
    headCommit,
    isBare: false,
  };
}

const BRANCHES = "refs/heads/";

async function inspectUnusual(cwd: string): Promise<RepositoryFacts> {
  const asked = ["--is-bare-repository", "--is-inside-git-dir", "--git-common-dir"];
  const result = await tryGit(["rev-parse", ...asked], { cwd });
  if (result.exitCode !== 0) throw unusable(cwd, result);

  const [isBare, isInsideGitDir, commonDir = "."] = result.stdout.split("\n");
  const gitCommonDir = resolve(cwd, commonDir);
  if (isBare === "true") return { root: gitCommonDir, ...(await head(cwd)), isBare: true };
  if (isInsideGitDir === "true") {
    const message = `Looking for a project in ${cwd}: this is the inside of a repository's git folder. Go to its files.`;
    throw new OrchestraError("REPOSITORY_UNUSABLE", message);
  }
  const top = await git(["rev-parse", "--show-toplevel"], { cwd });
  return { root: (await mainWorktree(gitCommonDir)) ?? top, ...(await head(cwd)), isBare: false };
}

async function head(
  cwd: string,
): Promise<{ currentBranch: string | undefined; headCommit: string | undefined }> {
  const { exitCode, stdout } = await tryGit(["symbolic-ref", "--quiet", "--short", "HEAD"], {
    cwd,
  });
  return {
    currentBranch: exitCode === 0 ? stdout : undefined,
    headCommit: await commitOf({ cwd }, "HEAD"),
  };
}

/** The top of the main worktree; `undefined` when the repository is bare. */
async function mainWorktree(gitCommonDir: string): Promise<string | undefined> {
  const inGitDir = { cwd: gitCommonDir, env: { GIT_DIR: gitCommonDir } };
  const bare = await tryGit(["config", "--bool", "core.bare"], inGitDir);
  if (bare.stdout === "true") return undefined;
  // A submodule's git folder is elsewhere, and names its files here.
  const { exitCode, stdout } = await tryGit(["config", "core.worktree"], inGitDir);
  if (exitCode === 0) return resolve(gitCommonDir, stdout);
  return basename(gitCommonDir) === ".git" ? dirname(gitCommonDir) : undefined;
}

/** Git has one exit code for "none here" and "one that I refuse": looking tells them apart. */
function unusable(cwd: string, { stderr }: GitResult): OrchestraError {
  const cause = new Error(stderr);
  if (!hasGitFolder(resolve(cwd))) {
    const message = `Looking for a project in ${cwd}: this is not a git repository. Run \`git init\` and commit once, or go to one.`;
    return new OrchestraError("NOT_A_REPOSITORY", message, { cause });
  }
  const line = stderr.trim().split("\n")[0] ?? "";
  const message = `Looking for a project in ${cwd}: git refuses the repository. ${line}`;
  return new OrchestraError("REPOSITORY_UNUSABLE", message, { cause });
}

function hasGitFolder(folder: string): boolean {
  if (existsSync(join(folder, ".git"))) return true;
  const parent = dirname(folder);
  return parent !== folder && hasGitFolder(parent);
}
