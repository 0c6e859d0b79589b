import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../core/errno.ts";
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

/** Whether there is a note of an owner, and be it torn: somebody may have worked there. */
export function hadOwner(worktree: Worktree): boolean {
  return existsSync(join(worktree.gitDir, FILE_NAME));
}

/** Records the owner, whole or not at all. */
export async function writeOwner(worktree: Worktree, owner: Owner): Promise<void> {
  const path = join(worktree.gitDir, FILE_NAME);
  await writeFile(`${path}.new`, JSON.stringify(owner));
  await rename(`${path}.new`, path);
}
