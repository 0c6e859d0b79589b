import { isHalfCheckedOut } from "./check-out.ts";
import { nulSeparated, tryGit } from "./git.ts";
import { hasOperation } from "./half-done.ts";
import { isOfEarlierBoot, type Owner } from "./owner.ts";
import { inside, type Worktree } from "./place.ts";
import { seesEveryFile } from "./hidden-files.ts";
import { isNarrow } from "./sparse.ts";

const STATUS = [
  // What git remembers of folders depends on how their file system counts time.
  "-c",
  "core.untrackedCache=false",
  "status",
  "--porcelain=v2",
  "--branch",
  "--no-ahead-behind",
  "--untracked-files=all",
  "--ignore-submodules=none",
  "--no-renames",
  "-z",
];

/**
 * The commit at which a workspace is at rest: its owner's branch is checked out, nothing is uncommitted
 * or half done, and nothing untracked but what is ignored. `undefined` where that is not so, or cannot be
 * told at once.
 */
export async function commitAtRest(
  deps: { readonly bootId: string },
  worktree: Worktree,
  owner: Owner,
): Promise<string | undefined> {
  if (owner.provided.length > 0 || isNarrow(worktree) || isOfEarlierBoot(deps, owner))
    return undefined;
  if (isHalfCheckedOut(worktree) || hasOperation(worktree)) return undefined;
  const place = inside(worktree);
  const [{ exitCode, stdout, stderr }, isAllSeen] = await Promise.all([
    tryGit(STATUS, place),
    seesEveryFile(place),
  ]);
  // It passes over a folder that it may not look into, and only says so.
  if (exitCode !== 0 || stderr !== "" || !isAllSeen) return undefined;
  const lines = nulSeparated(stdout);
  if (!lines.every((line) => line.startsWith("# "))) return undefined;
  if (!lines.includes(`# branch.head ${owner.branch}`)) return undefined;
  return lines.map((line) => /^# branch\.oid ([0-9a-f]+)$/.exec(line)?.[1]).find(Boolean);
}
