import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { entryAt } from "../workspace/entry-at.ts";
import { git, nulSeparated, tryGit } from "../workspace/git.ts";
import { branchCommit, pathsOf } from "../workspace/refs.ts";
import { clearStaleLocks } from "../workspace/stale-locks.ts";
import { endStray } from "../workspace/stray.ts";
import { commonDirOf, gitDirOf } from "../workspace/worktree.ts";
import type { WorktreesDeps } from "../workspace/worktrees-deps.ts";

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
  const file = join(worktreesRoot, FILE_NAME);
  await mkdir(worktreesRoot, { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(move));
  await rename(`${file}.new`, file);
}

/** To be called when git has ended by itself: it has then moved all or nothing. */
export async function forgetMove({ worktreesRoot }: WorktreesDeps): Promise<void> {
  await rm(join(worktreesRoot, FILE_NAME), { force: true });
}

/**
 * Takes back what a killed move has left in a person's check-out: some files and perhaps the index
 * are ahead of the branch. Where anything differs from both ends of the move, a person has been at
 * work, and all stays as it is.
 */
export async function undoHalfDoneMove(deps: WorktreesDeps): Promise<void> {
  const move = await readMove(deps);
  if (!move) return;
  if (entryAt(move.path)) await undo(deps, move);
  await forgetMove(deps);
}

async function readMove({ worktreesRoot }: WorktreesDeps): Promise<Move | undefined> {
  const text = await readFile(join(worktreesRoot, FILE_NAME), "utf8").catch(() => "null");
  try {
    const move: Move | null = JSON.parse(text);
    return move ?? undefined;
  } catch {
    // Half of a note: git had not begun.
    return undefined;
  }
}

async function undo(deps: WorktreesDeps, move: Move): Promise<void> {
  await endStray(deps, `${MARKER}=${move.path}`);
  const place = { cwd: move.path };
  const gitDir = await gitDirOf(move.path);
  const branchLock = `refs/heads/${move.targetBranch}.lock`;
  const locks = ["index.lock", "HEAD.lock", "ORIG_HEAD.lock"].map((name) => join(gitDir, name));
  await clearStaleLocks(deps, [...locks, join(await commonDirOf(deps), branchLock)]);

  const head = await tryGit(["symbolic-ref", "--quiet", "HEAD"], place);
  const tip = await branchCommit({ cwd: deps.repositoryRoot }, move.targetBranch);
  if (head.stdout !== `refs/heads/${move.targetBranch}` || tip !== move.expected) return;
  const changes = await changesOf(move);
  if (!(await isOnlyOurs(deps, move, changes))) return;
  await git(["reset", "--quiet", "--hard"], place);
  // Git does not remove what the index had not come to hold.
  for (const path of changes.added) {
    if (entryAt(join(move.path, path))) await rm(join(move.path, path), { force: true });
  }
}

type Changes = {
  readonly all: readonly string[];
  readonly added: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
};

async function changesOf({ path, expected, merged }: Move): Promise<Changes> {
  const args = ["diff", "--name-status", "--no-renames", "-z", expected, merged];
  const fields = await pathsOf(args, { cwd: path });
  const named = (letter?: string): string[] =>
    fields.filter(
      (_, index) => index % 2 === 1 && (letter === undefined || fields[index - 1] === letter),
    );
  return { all: named(), added: new Set(named("A")), removed: new Set(named("D")) };
}

/** Whether each file is as before or after the move, gone, or begun; and no other has changed. */
async function isOnlyOurs(deps: WorktreesDeps, move: Move, changes: Changes): Promise<boolean> {
  const place = { cwd: move.path };
  const options = ["--no-renames", "--untracked-files=no", "--ignore-submodules=dirty", "-z"];
  const status = nulSeparated(await git(["status", "--porcelain", ...options], place));
  const moved = new Set(changes.all);
  if (status.some((line) => !moved.has(line.slice("XY ".length)))) return false;

  const unlikeBefore = await differingFrom(deps, move, move.expected);
  const unlikeAfter = await differingFrom(deps, move, move.merged);
  return changes.all.every((path) => {
    const facts = entryAt(join(move.path, path));
    if (!facts || (facts.isFile() && facts.size === 0)) return true;
    const isBefore = !changes.added.has(path) && !unlikeBefore.has(path);
    const isAfter = !changes.removed.has(path) && !unlikeAfter.has(path);
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
