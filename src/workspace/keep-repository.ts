import { existsSync } from "node:fs";
import { join } from "node:path";
import { rowsOf, tipsOf } from "./commit-rows.ts";
import { git, tryGit } from "./git.ts";
import { ignoredRepositories } from "./ignored-repositories.ts";
import { linkedRepositories } from "./linked-repositories.ts";
import { inside, insideGitDir, type Place, type Worktree } from "./place.ts";
import { commitOf } from "./refs.ts";
import { ID_LENGTH, RESCUE } from "./rescue.ts";
import { snapshot } from "./snapshot.ts";

const UNCOMMITTED_REF = "refs/heads/orchestra/uncommitted";
const UNCOMMITTED_MESSAGE = "Uncommitted work in a repository inside a workspace\n";

/** Of a history that is cut, the newest: each is copied by itself. */
const COPIES_MAX = 1_000;

type Deps = { readonly repositoryRoot: string };

const FETCH = [
  "fetch",
  "--quiet",
  "--no-tags",
  "--no-write-fetch-head",
  "--no-recurse-submodules",
  "--",
];

/** Keeps the commits that another repository has of its own: of HEAD, its branches and its stash. */
export async function keepRepository(deps: Deps, gitDir: string, taskId: string): Promise<void> {
  const place = insideGitDir(gitDir);
  const own = await ownCommits(place);
  const copies = existsSync(join(gitDir, "shallow")) ? await copied(place, own) : undefined;
  for (const tip of tipsOf(own)) {
    const ref = `${RESCUE}${taskId}/repository-${tip.slice(0, ID_LENGTH)}`;
    const args = [...FETCH, gitDir, `+${copies?.get(tip) ?? tip}:${ref}`];
    await git(args, { cwd: deps.repositoryRoot });
  }
}

/** Keeps what a worktree's own record does not: the work in repositories that are ignored, or linked. */
export async function keepInner(deps: Deps, worktree: Worktree, taskId: string): Promise<void> {
  for (const gitDir of await ignoredRepositories(worktree)) {
    await keepRepository(deps, gitDir, taskId);
  }
  for (const inner of await linkedRepositories(worktree)) await keepWorked(deps, inner, taskId);
}

/** Its commits, and what was not committed there. */
async function keepWorked(deps: Deps, inner: Worktree, taskId: string): Promise<void> {
  const taken = await snapshot(inner, {
    head: await commitOf(inside(inner), "HEAD"),
    merged: [],
    message: UNCOMMITTED_MESSAGE,
    provided: [],
  });
  if (taken.commit !== undefined) {
    await git(["update-ref", UNCOMMITTED_REF, taken.commit], insideGitDir(inner.gitDir));
  }
  await keepRepository(deps, inner.gitDir, taskId);
}

/** Its commits that are not from where it was cloned: that is there still, and may be large. */
async function ownCommits(place: Place): Promise<string> {
  const names = await tryGit(
    ["for-each-ref", "--format=%(objectname)", "refs/heads/", "refs/stash"],
    place,
  );
  const head = await commitOf(place, "HEAD");
  const candidates = [...names.stdout.split("\n"), head ?? ""].filter((id) => id !== "");
  if (candidates.length === 0) return "";
  const input = `${[...new Set(candidates)].join("\n")}\n`;
  const args = ["rev-list", "--topo-order", "--parents", "--stdin", "--not", "--remotes"];
  return (await tryGit(args, { ...place, input })).stdout;
}

/**
 * The same commits, one on the other, on nothing: taken in with a history that was cut, they would cut
 * that of the project. By what they are copies of.
 */
async function copied(place: Place, own: string): Promise<ReadonlyMap<string, string>> {
  const copies = new Map<string, string>();
  for (const [commit = "", ...parents] of rowsOf(own).slice(0, COPIES_MAX).toReversed()) {
    const message = await git(["log", "-1", "--no-show-signature", "--format=%B", commit], place);
    const onto = parents.flatMap((parent) => copies.get(parent) ?? []).flatMap((id) => ["-p", id]);
    const args = ["commit-tree", `${commit}^{tree}`, ...onto, "-F", "-"];
    const input = `${message}\n\nWithout its history: ${commit}\n`;
    copies.set(commit, await git(args, { ...place, input }));
  }
  return copies;
}
