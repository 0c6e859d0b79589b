import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../core/errno.ts";
import { writeWhole } from "./flush.ts";
import type { Worktree } from "./place.ts";

const FILE_NAME = "orchestra.json";

/**
 * The attempt that a workspace belongs to, noted in git's own folder about the worktree: outside
 * the agent's files, and gone with the worktree. Its presence says that the worktree is complete.
 */
export type Owner = {
  readonly taskId: string;
  readonly attemptId: string;
  readonly branch: string;
  readonly baseBranch: string;
  readonly baseCommit: string;
  /** Paths copied or linked into it, which are not the agent's work. */
  readonly provided: readonly string[];
  readonly isSetUp: boolean;
  /** Since when the machine has run without a break, as far as its files go. */
  readonly bootId?: string;
};

/** The owner on record; `undefined` when the worktree was never finished, or the note is torn. */
export async function readOwner(worktree: Worktree): Promise<Owner | undefined> {
  try {
    const text = await readFile(join(worktree.gitDir, FILE_NAME), "utf8");
    const owner: Owner = JSON.parse(text);
    return owner;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Whether the machine went down since. If that was for want of power, files that were not flushed are
 * empty, or as they once were: what is not in a commit is then nobody's work.
 */
export function isOfEarlierBoot(
  { bootId }: { readonly bootId: string },
  owner: Pick<Owner, "bootId">,
): boolean {
  return owner.bootId !== undefined && owner.bootId !== bootId;
}

/** Whether there is a note of an owner, and be it torn: somebody may have worked there. */
export function hadOwner(worktree: Worktree): boolean {
  return existsSync(join(worktree.gitDir, FILE_NAME));
}

/** Records the owner, whole or not at all. */
export async function writeOwner(worktree: Worktree, owner: Owner): Promise<void> {
  await writeWhole(join(worktree.gitDir, FILE_NAME), JSON.stringify(owner));
}
