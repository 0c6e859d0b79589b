import { copyFile, mkdir, mkdtemp, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { STATE_FOLDER } from "../config/paths.ts";
import { git, nulSeparated, tryGit } from "./git.ts";
import { openFiles } from "./open-folders.ts";
import { inside, type Place, type Worktree } from "./place.ts";
import { pathsOf } from "./refs.ts";
import { isNarrow, readNarrowTree } from "./sparse.ts";

export type SnapshotRequest = {
  /** What the files are compared with, and the snapshot's first parent; `undefined` for no commit. */
  readonly head: string | undefined;
  /** Further parents, of a merge that was resolved but not committed. */
  readonly merged: readonly string[];
  readonly message: string;
  /** Paths that were put there, not worked on. */
  readonly provided: readonly string[];
  /** Whether files of repositories inside the worktree are taken in, as plain files. */
  readonly includesNested?: boolean;
  /** Whether the index is of other files than these. */
  readonly ignoresIndex?: boolean;
  /** Where a snapshot that is only looked at keeps all that it makes. */
  readonly elsewhere?: Elsewhere;
};

export type Elsewhere = {
  /** A folder for indexes. */
  readonly folder: string;
  /** Variables that lead git to another place for its objects. */
  readonly env: Readonly<Record<string, string>>;
};

export type Snapshot = {
  /** `undefined` when nothing differs from `head`. */
  readonly commit: string | undefined;
  /** The files that differ from `head`. */
  readonly changed: readonly string[];
  /** Repositories inside the worktree that are not its submodules, as paths. */
  readonly nested: readonly string[];
  /** Whether git sees nothing of our own folder: it does where an agent put a file or a link in its place. */
  readonly isHidden: boolean;
};

/**
 * Makes a commit of the files as they are: tracked, and untracked but not ignored. It touches
 * neither files, index, HEAD nor stash, and works in the middle of a merge, under another's lock,
 * and where git has forgotten the worktree.
 */
export async function snapshot(worktree: Worktree, request: SnapshotRequest): Promise<Snapshot> {
  const { elsewhere } = request;
  const folder = elsewhere?.folder ?? join(worktree.gitDir, "orchestra-indexes");
  await mkdir(folder, { recursive: true });
  try {
    // A name of its own, because git commands of a killed process may still be at work on another.
    const index = join(await mkdtemp(join(folder, "index-")), "index");
    const { cwd, env } = inside(worktree);
    const place = { cwd, env: { ...env, ...elsewhere?.env, GIT_INDEX_FILE: index } };
    const hasIndex = !request.ignoresIndex && (await copyIndex(worktree, index));
    const isPart = isNarrow(worktree);
    if (!hasIndex && request.head) {
      if (isPart) await readNarrowTree(place, request.head, folder);
      else await git(["read-tree", request.head], place);
    }
    // Without being told, git takes in nothing that lies beyond the folders of a narrow worktree.
    return await commitFiles(place, request, isPart ? ["--sparse"] : []);
  } finally {
    // Whole, and so with what a killed process has left there.
    await rm(folder, { recursive: true, force: true });
  }
}

async function commitFiles(
  place: Place,
  request: SnapshotRequest,
  options: readonly string[],
): Promise<Snapshot> {
  // Who only looks changes nothing, and is told what cannot be read.
  const letIn = async (): Promise<void> => (request.elsewhere ? undefined : openFiles(place.cwd));
  const nested = (await untrackedIn(place, letIn)).filter((path) => path.endsWith("/"));
  const except = nested.map((path) => `:(exclude,top,literal)${path}`);
  await addAll(place, [...options, "--", ":/", ...except], letIn);
  if (request.includesNested) {
    for (const path of nested) await addNested(place, path);
  }
  const head = request.head ?? (await emptyTree(place));
  await leaveOut(place, head, request.provided);

  const all = await changedFrom(place, head);
  const isHidden = !all.includes(STATE_FOLDER);
  if (!isHidden) await leaveOut(place, head, [STATE_FOLDER]);
  const changed = isHidden ? all : await changedFrom(place, head);
  if (changed.length === 0 && request.merged.length === 0) {
    return { commit: undefined, changed, nested, isHidden };
  }
  const tree = await git(["write-tree"], place);
  const parents = [request.head, ...request.merged].flatMap((one) => (one ? ["-p", one] : []));
  const commit = await git(["commit-tree", tree, ...parents, "-F", "-"], {
    ...place,
    input: request.message,
  });
  return { commit, changed, nested, isHidden };
}

type LetIn = () => Promise<void>;

async function untrackedIn(place: Place, letIn: LetIn): Promise<readonly string[]> {
  const args = ["ls-files", "-z", "--others", "--exclude-standard"];
  const { exitCode, stdout, stderr } = await tryGit(args, place);
  if (exitCode === 0 && stderr === "") return nulSeparated(stdout);
  // It passes over a folder that it may not look into, and only says so.
  await letIn();
  return pathsOf(args, place);
}

async function addAll(place: Place, what: readonly string[], letIn: LetIn): Promise<void> {
  const args = ["add", "--all", ...what];
  if ((await tryGit(args, place)).exitCode === 0) return;
  // It takes in nothing where it may not read one file.
  await letIn();
  await git(args, place);
}

/** Plain files of a repository inside: git itself would note no more than its commit's name. */
async function addNested(place: Place, nested: string): Promise<void> {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const inner = await tryGit(args, { cwd: join(place.cwd, nested) });
  const paths = inner.stdout.split("\0").filter((path) => path !== "" && !path.endsWith("/"));
  if (paths.length === 0) return;
  const input = paths.map((path) => `${nested}${path}\0`).join("");
  await git(["update-index", "--add", "--remove", "-z", "--stdin"], { ...place, input });
}

async function changedFrom(place: Place, head: string): Promise<readonly string[]> {
  return pathsOf(["diff-index", "--cached", "--name-only", "-z", head], place);
}

async function leaveOut(place: Place, head: string, provided: readonly string[]): Promise<void> {
  if (provided.length === 0) return;
  const args = ["diff-index", "--cached", "--name-only", "--diff-filter=A", "-z", head];
  const names = new Set(provided);
  const mine = (await pathsOf(args, place)).filter((path) => names.has(path));
  if (mine.length === 0) return;
  const input = mine.map((path) => `${path}\0`).join("");
  await git(["update-index", "--force-remove", "-z", "--stdin"], { ...place, input });
}

/** A copy of the index knows which files are unchanged, so that only the others are read. */
async function copyIndex({ gitDir }: Worktree, index: string): Promise<boolean> {
  const source = join(gitDir, "index");
  const stats = await stat(source).catch(() => undefined);
  if (!stats?.isFile()) return false;
  await copyFile(source, index);
  // Git trusts no entry as young as the index: a copy that looked younger would be trusted wrongly.
  const seconds = Math.floor(stats.mtimeMs / 1000);
  await utimes(index, seconds, seconds);
  return true;
}

async function emptyTree(place: Place): Promise<string> {
  return git(["hash-object", "-t", "tree", "-w", "--stdin"], place);
}
