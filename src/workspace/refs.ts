import { git, nulSeparated, tryGit } from "./git.ts";
import type { Place } from "./place.ts";

const COMMIT_LINE = /^([0-9a-f]{40,64}) commit$/;

/** The commit that `revision` names, or `undefined` when there is none. */
export async function commitOf(place: Place, revision: string): Promise<string | undefined> {
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`];
  const { exitCode, stdout } = await tryGit(args, place);
  return exitCode === 0 ? stdout : undefined;
}

/** The commits that each of the revisions names; to ask for all at once is to start git once. */
export async function commitsOf(
  place: Place,
  revisions: readonly string[],
): Promise<(string | undefined)[]> {
  const input = revisions.map((revision) => `${revision}^{commit}\n`).join("");
  const args = ["cat-file", "--batch-check=%(objectname) %(objecttype)"];
  const lines = (await git(args, { ...place, input })).split("\n");
  return lines.map((line) => COMMIT_LINE.exec(line)?.[1]);
}

/** The commit a local branch points to, or `undefined` when there is no such branch. */
export async function branchCommit(place: Place, branch: string): Promise<string | undefined> {
  return commitOf(place, `refs/heads/${branch}`);
}

/** Whether there is a local branch of exactly this name; `main~1` is none. */
export async function isBranch(place: Place, name: string): Promise<boolean> {
  const args = ["show-ref", "--verify", "--quiet", `refs/heads/${name}`];
  return (await tryGit(args, place)).exitCode === 0;
}

/** Whether `descendant` contains `ancestor`; `false` when either is unknown. */
export async function isAncestor(
  place: Place,
  { ancestor, descendant }: { readonly ancestor: string; readonly descendant: string },
): Promise<boolean> {
  const args = ["merge-base", "--is-ancestor", "--end-of-options", ancestor, descendant];
  return (await tryGit(args, place)).exitCode === 0;
}

/** Where two histories part; `undefined` where they have nothing in common, or one is not there. */
export async function commonAncestor(
  place: Place,
  one: string,
  other: string,
): Promise<string | undefined> {
  if (one === other) return one;
  const { exitCode, stdout } = await tryGit(["merge-base", one, other], place);
  return exitCode === 0 ? stdout.split("\n")[0] : undefined;
}

/** The paths that git names in an output made with `-z`. */
export async function pathsOf(args: readonly string[], place: Place): Promise<string[]> {
  return nulSeparated(await git(args, place));
}
