import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { entryAt } from "../workspace/entry-at.ts";
import { checkOutsOf } from "../workspace/where-branches-are.ts";
import { pathsOf } from "../workspace/refs.ts";
import { commonDirOf, firstLine, gitDirOf, placeOf, recordsIn } from "../workspace/git-folders.ts";

type Deps = { readonly repositoryRoot: string };

const OPERATIONS = [
  "MERGE_HEAD",
  "CHERRY_PICK_HEAD",
  "REVERT_HEAD",
  "rebase-merge",
  "rebase-apply",
];

/** The folder in which a branch is checked out, or is being rebased; `undefined` when in none. */
export async function checkoutOf(deps: Deps, branch: string): Promise<string | undefined> {
  const checkOuts = await checkOutsOf(deps);
  const found = checkOuts.find((one) => one.branch === branch && existsSync(one.path));
  return found?.path ?? rebasingWorktree(deps, branch);
}

/**
 * Why the files in `path` cannot follow their branch now: names of changed files, and of untracked
 * ones that `change` would overwrite. Empty in the middle of a merge or rebase with no file
 * changed; `undefined` when nothing is in the way.
 */
export async function obstaclesIn(
  path: string,
  change?: DifferingFiles,
): Promise<readonly string[] | undefined> {
  const inTheWay = change ? await overwritten(path, change) : [];
  const files = [...new Set([...(await changedFiles(path)), ...inTheWay])];
  if (files.length > 0) return files;
  const gitDir = await gitDirOf(path);
  return OPERATIONS.some((name) => existsSync(join(gitDir, name))) ? [] : undefined;
}

/** As git describes them: what changed in the index and on disk, whether it is a submodule, its name; or in conflict. */
const CHANGED = /^(?:1 (..) (....) (?:\S+ ){5}|u .. .... (?:\S+ ){7})(.*)$/s;

/**
 * The tracked files in `path` that are not as HEAD has them, on disk or in the index. A submodule that is
 * at another commit is not in the way: git never moves it along, so a merge may have left it so.
 */
export async function changedFiles(path: string): Promise<readonly string[]> {
  const options = ["-z", "--no-renames", "--untracked-files=no", "--ignore-submodules=dirty"];
  const status = await pathsOf(["status", "--porcelain=v2", ...options], { cwd: path });
  return status.flatMap((line) => {
    const [, state, submodule, name] = CHANGED.exec(line) ?? [];
    const isLeftBehind = state?.startsWith(".") && submodule?.startsWith("S");
    return name === undefined || isLeftBehind ? [] : [name];
  });
}

type Change = { readonly from: string; readonly to: string };

/** Files that differ between two commits. */
export type DifferingFiles = {
  readonly all: readonly string[];
  readonly added: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
};

export async function filesChangedBy(path: string, { from, to }: Change): Promise<DifferingFiles> {
  const args = ["diff", "--name-status", "--no-renames", "-z", from, to];
  const fields = await pathsOf(args, { cwd: path });
  const named = (letter?: string): string[] =>
    fields.filter(
      (_, index) => index % 2 === 1 && (letter === undefined || fields[index - 1] === letter),
    );
  return { all: named(), added: new Set(named("A")), removed: new Set(named("D")) };
}

/** Files that are there already where `to` has new ones: git itself would overwrite ignored ones. */
async function overwritten(path: string, { added, removed }: DifferingFiles): Promise<string[]> {
  const there = new Set([...added].map((name) => standingAt(path, name)));
  const names = [...there].filter((name) => name !== undefined);
  // What the branch itself has in the place of a folder or a file makes way.
  const leaving = new Set([...removed].flatMap((name) => withFolders(name)));
  const makingWay = names.filter((name) => leaving.has(name));
  if (makingWay.length === 0) return names;
  const asked = ["--literal-pathspecs", "ls-files", "--others", "-z", "--", ...makingWay];
  const strangers = await pathsOf(asked, { cwd: path });
  return [...names.filter((name) => !leaving.has(name)), ...strangers];
}

function withFolders(name: string): string[] {
  return name === "." ? [] : [name, ...withFolders(dirname(name))];
}

/** What is there of that name, or is a file where a folder of that name would be. */
function standingAt(path: string, name: string): string | undefined {
  if (entryAt(join(path, name))) return name;
  const folder = dirname(name);
  if (folder === ".") return undefined;
  return entryAt(join(path, folder))?.isDirectory() ? undefined : standingAt(path, folder);
}

/** A rebase detaches HEAD, and moves its branch at the end, over whatever was there. */
async function rebasingWorktree(deps: Deps, branch: string): Promise<string | undefined> {
  const commonDir = await commonDirOf(deps);
  for (const gitDir of [commonDir, ...(await recordsIn(commonDir))]) {
    for (const operation of ["rebase-merge", "rebase-apply"]) {
      const head = await firstLine(join(gitDir, operation, "head-name"));
      if (head === `refs/heads/${branch}`) return (await placeOf(gitDir)) ?? deps.repositoryRoot;
    }
  }
  return undefined;
}
