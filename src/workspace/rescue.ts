import { join } from "node:path";
import { OrchestraError } from "../core/errors.ts";
import { tipsOf } from "./commit-rows.ts";
import { flushRef } from "./flush.ts";
import { git, tryGit } from "./git.ts";
import { insideGitDir } from "./place.ts";
import { readLeft } from "./read-left.ts";
import { branchCommit, commitOf } from "./refs.ts";
import type { Rescued } from "./workspace.ts";

export const RESCUE = "refs/orchestra/rescue/";
const COMMIT_PATTERN = /^[0-9a-f]{40,64}$/;
/** What HEAD was at, and is then. */
const LOG_LINE = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) /;
const NO_COMMIT = /^0+$/;
export const ID_LENGTH = 12;

type Deps = { readonly repositoryRoot: string };

/** Files of git's folder about a worktree that can hold the only name of a commit. */
const NAMING_FILES = [
  "HEAD",
  "ORIG_HEAD",
  "MERGE_HEAD",
  "MERGE_AUTOSTASH",
  "CHERRY_PICK_HEAD",
  "REVERT_HEAD",
  "REBASE_HEAD",
  "rebase-merge/orig-head",
  "rebase-merge/autostash",
  "rebase-apply/orig-head",
  "rebase-apply/autostash",
];

/** Keeps a commit under a rescue ref that is its own, so that keeping it again changes nothing. */
export async function rescue(
  deps: Deps,
  { taskId, name, commit }: { taskId: string; name: string; commit: string },
): Promise<void> {
  const ref = `${RESCUE}${taskId}/${name}-${commit.slice(0, ID_LENGTH)}`;
  await git(["update-ref", "--no-deref", ref, commit], { cwd: deps.repositoryRoot });
  await flushRef(deps, ref);
}

/** Keeps an attempt's branch under its number. */
export async function rescueBranch(
  deps: Deps,
  { taskId, branch, commit }: { taskId: string; branch: string; commit: string },
): Promise<void> {
  const number = branch.split("/").at(-1) ?? branch;
  const ref = `${RESCUE}${taskId}/${number}`;
  const existing = await commitOf({ cwd: deps.repositoryRoot }, ref);
  if (existing === undefined) {
    await git(["update-ref", "--no-deref", ref, commit, ""], { cwd: deps.repositoryRoot });
    await flushRef(deps, ref);
  } else if (existing !== commit) {
    await rescue(deps, { taskId, name: number, commit });
  }
}

/**
 * Keeps every commit that a worktree once stood on and that no ref contains: amended, reset,
 * rebased or detached. Git forgets them together with the worktree.
 */
export async function keepUnreachable(deps: Deps, gitDir: string, taskId: string): Promise<void> {
  const place = insideGitDir(gitDir);
  const named = await Promise.all(NAMING_FILES.map(async (name) => commitIn(join(gitDir, name))));
  const candidates = [...(await loggedIn(gitDir)), ...named.flat()];
  if (candidates.length === 0) return;

  const mine = ["bisect", "worktree", "rewritten"].map((name) => `--exclude=refs/${name}/*`);
  const lines = await git(
    ["rev-list", "--ignore-missing", "--parents", "--stdin", "--not", ...mine, "--glob=refs/*"],
    { ...place, input: `${[...new Set(candidates)].join("\n")}\n` },
  );
  for (const commit of tipsOf(lines)) await rescue(deps, { taskId, name: "replaced", commit });
}

/** All that HEAD was at, as far as git has noted it. */
async function loggedIn(gitDir: string): Promise<string[]> {
  const text = (await readLeft(join(gitDir, "logs/HEAD")))?.toString();
  if (text !== undefined) {
    const lines = text.split("\n").map((line) => LOG_LINE.exec(line)?.slice(1) ?? []);
    return lines.flat().filter((id) => !NO_COMMIT.test(id));
  }
  // It may keep its notes in another way than in files.
  const args = ["log", "--walk-reflogs", "--no-show-signature", "--format=%H", "HEAD", "--"];
  const { stdout } = await tryGit(args, insideGitDir(gitDir));
  return stdout.split("\n").filter((id) => id !== "");
}

async function commitIn(path: string): Promise<string[]> {
  const text = (await readLeft(path))?.toString() ?? "";
  return text.split("\n").filter((line) => COMMIT_PATTERN.test(line));
}

/** Everything under `refs/orchestra/rescue/`, newest first. */
export async function rescued(deps: Deps): Promise<readonly Rescued[]> {
  const format = "%(refname)%00%(objectname)%00%(committerdate:unix)%00%(contents:subject)";
  const args = ["for-each-ref", "--sort=-committerdate", `--format=${format}`, RESCUE];
  const output = await git(args, { cwd: deps.repositoryRoot });
  return output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [ref = "", commit = "", seconds = "0", subject = ""] = line.split("\0");
      const taskId = ref.slice(RESCUE.length).split("/")[0] ?? "";
      return { ref, taskId, commit, subject, committedAtMs: Number(seconds) * 1000 };
    });
}

/** Those whose every commit is on a branch of the user's or under a tag: they keep nothing alone. */
export async function needlessRescues(deps: Deps): Promise<readonly Rescued[]> {
  const kept = await rescued(deps);
  if (kept.length === 0) return [];
  const args = ["rev-list", "--stdin", "--not", "--exclude=orchestra/*", "--branches", "--tags"];
  const input = `${kept.map(({ commit }) => commit).join("\n")}\n`;
  const alone = new Set((await git(args, { cwd: deps.repositoryRoot, input })).split("\n"));
  return kept.filter(({ commit }) => !alone.has(commit));
}

/** Removes a rescue ref that nobody has changed since. */
export async function forget(deps: Deps, { ref, commit }: Rescued): Promise<void> {
  await git(["update-ref", "--no-deref", "-d", ref, commit], { cwd: deps.repositoryRoot });
}

/** Makes the branch `branch` of a rescue ref. Never overwrites a branch. */
export async function restore(deps: Deps, ref: string, branch: string): Promise<void> {
  const place = { cwd: deps.repositoryRoot };
  const doing = `Restoring ${ref} as the branch ${branch}`;
  const commit = ref.startsWith(RESCUE) ? await commitOf(place, ref) : undefined;
  if (commit === undefined) {
    const message = `${doing}: nothing is kept under that name. List what is with \`orchestra recover\`.`;
    throw new OrchestraError("NOTHING_TO_RECOVER", message);
  }
  const check = await tryGit(["check-ref-format", "--branch", branch], place);
  if (check.exitCode !== 0 || branch.startsWith("@{")) {
    throw new OrchestraError(
      "INVALID_ARGUMENT",
      `${doing}: git allows no such name. Choose another.`,
    );
  }
  // An empty old value makes git refuse when the branch is there already.
  const made = await tryGit(["update-ref", `refs/heads/${branch}`, commit, ""], place);
  if (made.exitCode === 0) return;
  const isTaken = (await branchCommit(place, branch)) !== undefined;
  const advice = isTaken ? "that branch exists. Choose another name." : "git cannot make it.";
  const cause = new Error(made.stderr);
  throw new OrchestraError("INVALID_ARGUMENT", `${doing}: ${advice}`, { cause });
}
