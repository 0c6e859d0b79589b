import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git } from "./git.ts";
import { inside, type Worktree } from "./place.ts";

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
 * Whether a check-out was begun and not ended: git removes files before it writes them anew, so those
 * that differ from the branch are nobody's work.
 */
export function isHalfCheckedOut({ gitDir }: Worktree): boolean {
  return existsSync(join(gitDir, NOTE_NAME));
}
