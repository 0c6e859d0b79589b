import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../core/errno.ts";
import { entryAt } from "../workspace/entry-at.ts";
import { flush, flushRef, writeWhole } from "../workspace/flush.ts";
import { git } from "../workspace/git.ts";
import { seesEveryFile } from "../workspace/hidden-files.ts";
import { branchAt, tipOf } from "../workspace/where-branches-are.ts";
import { pathsOf } from "../workspace/refs.ts";
import { clearStaleLocks } from "../workspace/stale-locks.ts";
import { endStray } from "../workspace/stray.ts";
import { commonDirOf, gitDirOf } from "../workspace/git-folders.ts";
import type { WorktreesDeps } from "../workspace/worktrees-deps.ts";
import { changedFiles, filesChangedBy, type DifferingFiles } from "./target-checkout.ts";

/** A check-out that is to follow its branch from one commit to the next. */
export type Move = {
  readonly path: string;
  readonly targetBranch: string;
  readonly expected: string;
  readonly merged: string;
};

/** Beside the workspaces; no task id begins with a dot. One file is enough: merges queue. */
const FILE_NAME = ".move.json";
const INDEX_FOLDER = ".move-index";
/** Marks the git command that moves, which goes on when we are killed. */
const MARKER = "ORCHESTRA_MOVE";

export function moveEnvironment({ path }: Move): Readonly<Record<string, string>> {
  return { [MARKER]: path };
}

/** To be noted before git begins: it changes one file after the other, and the branch last. */
export async function noteMove(
  { worktreesRoot }: Pick<WorktreesDeps, "worktreesRoot">,
  move: Move,
): Promise<void> {
  await mkdir(worktreesRoot, { recursive: true });
  await writeWhole(join(worktreesRoot, FILE_NAME), JSON.stringify(move));
}

/** To be called when git has ended by itself: it has then moved all or nothing. */
export async function endMove(
  deps: WorktreesDeps,
  move: Move,
  change: DifferingFiles,
): Promise<void> {
  await flushMoved(deps, move, change);
  await rm(join(deps.worktreesRoot, FILE_NAME), { force: true });
}

async function flushMoved(deps: WorktreesDeps, move: Move, { all }: DifferingFiles): Promise<void> {
  const files = all.map((name) => join(move.path, name));
  const written = [...files, join(await gitDirOf(move.path), "index")];
  await flush(...written.filter((file) => entryAt(file)?.isFile() === true));
  await flushRef(deps, `refs/heads/${move.targetBranch}`);
}

/**
 * Takes back what a killed move has left in a person's check-out: some files and perhaps the index
 * are ahead of the branch; or, after a power cut, behind it. Where anything differs from both ends of
 * the move, a person has been at work, and all stays as it is.
 */
export async function undoHalfDoneMove(deps: WorktreesDeps): Promise<void> {
  const move = await readMove(deps);
  if (!move) return;
  if (entryAt(move.path)) await undo(deps, move);
  await rm(join(deps.worktreesRoot, FILE_NAME), { force: true });
}

async function readMove({ worktreesRoot }: WorktreesDeps): Promise<Move | undefined> {
  try {
    const move: Move = JSON.parse(await readFile(join(worktreesRoot, FILE_NAME), "utf8"));
    return move;
  } catch (error) {
    // Half of a note: git had not begun.
    if (error instanceof SyntaxError || errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function undo(deps: WorktreesDeps, move: Move): Promise<void> {
  await endStray(deps, `${MARKER}=${move.path}`);
  const place = { cwd: move.path };
  const gitDir = await gitDirOf(move.path);
  const branchLock = `refs/heads/${move.targetBranch}.lock`;
  const locks = ["index.lock", "HEAD.lock", "ORIG_HEAD.lock"].map((name) => join(gitDir, name));
  await clearStaleLocks(deps, [...locks, join(await commonDirOf(deps), branchLock)]);

  const tip = await tipOf(deps, move.targetBranch);
  if ((await branchAt(gitDir)) !== move.targetBranch) return;
  if (tip !== move.expected && tip !== move.merged) return;
  // A reset writes over what a person has told git not to look at.
  if (!(await seesEveryFile(place, true))) return;
  const changes = await filesChangedBy(move.path, { from: move.expected, to: move.merged });
  if (!(await isOnlyOurs(deps, move, changes))) return;
  await git(["reset", "--quiet", "--hard"], place);
  // Git does not remove what the index had not come to hold.
  for (const path of tip === move.expected ? changes.added : changes.removed) {
    const file = join(move.path, path);
    if (entryAt(file)?.isDirectory() === false) await rm(file, { force: true });
  }
  await flushMoved(deps, move, changes);
}

/** Whether each file is as before or after the move, gone, or begun; and no other has changed. */
async function isOnlyOurs(
  deps: WorktreesDeps,
  move: Move,
  { all, added, removed }: DifferingFiles,
): Promise<boolean> {
  const moved = new Set(all);
  if ((await changedFiles(move.path)).some((path) => !moved.has(path))) return false;

  const unlikeBefore = await differingFrom(deps, move, move.expected);
  const unlikeAfter = await differingFrom(deps, move, move.merged);
  return all.every((path) => {
    const facts = entryAt(join(move.path, path));
    if (!facts || (facts.isFile() && facts.size === 0)) return true;
    // A folder that is to make way for it; a reset takes nothing out of it.
    if (added.has(path) && facts.isDirectory()) return true;
    const isBefore = !added.has(path) && !unlikeBefore.has(path);
    const isAfter = !removed.has(path) && !unlikeAfter.has(path);
    return isBefore || isAfter;
  });
}

/** The commit's files that are others in the check-out, whatever its index says. */
async function differingFrom(
  { worktreesRoot }: WorktreesDeps,
  { path }: Move,
  commit: string,
): Promise<ReadonlySet<string>> {
  const folder = join(worktreesRoot, INDEX_FOLDER);
  const place = { cwd: path, env: { GIT_INDEX_FILE: join(folder, "index") } };
  // A killed undoing may have left half of one.
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await git(["read-tree", commit], place);
  const differing = await pathsOf(["diff", "--name-only", "--no-ext-diff", "-z"], place);
  await rm(folder, { recursive: true });
  return new Set(differing);
}
