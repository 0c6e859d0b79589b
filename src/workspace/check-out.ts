import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { firstLine } from "./git-folders.ts";
import { git, tryGit } from "./git.ts";
import { inside, insideGitDir, type Worktree } from "./place.ts";

const NOTE_NAME = "orchestra-checkout";

export type CheckOutRequest = {
  readonly branch: string;
  readonly commit: string;
  /** Whether what is neither tracked nor ignored goes; another commit may ignore less. */
  readonly removesUntracked: boolean;
};

/** Puts `branch` at `commit` in the place of what is in the worktree, all of which must be kept. */
export async function checkOut(worktree: Worktree, request: CheckOutRequest): Promise<void> {
  const { branch, commit, removesUntracked } = request;
  const place = inside(worktree);
  const note = join(worktree.gitDir, NOTE_NAME);
  await writeFile(note, "");
  await git(["checkout", "--quiet", "--force", "--no-track", "-B", branch, commit], place);
  if (removesUntracked) await git(["clean", "--quiet", "-ffd"], place);
  await rm(note);
}

/**
 * Puts a new branch where a new worktree is: git then looks at none of the files that it has just written.
 * `false` where the worktree is at another commit, or the branch is there.
 */
export async function beginBranch(
  worktree: Worktree,
  { branch, commit }: Pick<CheckOutRequest, "branch" | "commit">,
): Promise<boolean> {
  if ((await firstLine(join(worktree.gitDir, "HEAD"))) !== commit) return false;
  const ref = `refs/heads/${branch}`;
  const place = insideGitDir(worktree.gitDir);
  if ((await tryGit(["update-ref", ref, commit, ""], place)).exitCode !== 0) return false;
  await git(["symbolic-ref", "-m", "orchestra: begin", "HEAD", ref], place);
  return true;
}

/**
 * Whether a check-out was begun and not ended: git removes files before it writes them anew, so those
 * that differ from the branch are nobody's work.
 */
export function isHalfCheckedOut({ gitDir }: Worktree): boolean {
  return existsSync(join(gitDir, NOTE_NAME));
}
