import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commitAtRest } from "./at-rest.ts";
import { findWorktree } from "./git-folders.ts";
import { readOwner, type Owner } from "./owner.ts";
import type { Worktree } from "./place.ts";
import { request } from "./testing/requests.ts";
import { createTestRepository, NEVER, type TestRepository } from "./testing/test-repository.ts";

type Begun = TestRepository & { readonly worktree: Worktree; readonly owner: Owner };

/** A workspace in which a file was committed. */
async function begin(): Promise<Begun> {
  const repository = await createTestRepository();
  const { path } = await repository.workspaces().prepare(request(1), NEVER);
  await repository.commit({ "work.txt": "work\n" }, "Work", path);
  const worktree = await findWorktree(repository.deps, path);
  const owner = worktree && (await readOwner(worktree));
  if (!worktree || !owner) throw new Error("There is no workspace.");
  return { ...repository, worktree, owner };
}

test("a workspace whose work is committed is at rest at its branch's tip", async () => {
  await using begun = await begin();
  const { deps, worktree, owner } = begun;
  await begun.write("ignored.log", "x\n", worktree.path);
  const tip = await begun.git(["rev-parse", "refs/heads/orchestra/t1-work/1"]);
  expect(await commitAtRest(deps, worktree, owner)).toBe(tip);
});

const UNREST: readonly (readonly [string, (begun: Begun) => Promise<unknown>])[] = [
  ["a file has changed", async ({ write, worktree }) => write("a.txt", "two\n", worktree.path)],
  ["a file is gone", async ({ worktree }) => rm(join(worktree.path, "a.txt"))],
  ["a file is new", async ({ write, worktree }) => write("new.txt", "x\n", worktree.path)],
  [
    "a change is in the index alone",
    async ({ git, write, worktree }) => {
      await write("a.txt", "two\n", worktree.path);
      await git(["add", "a.txt"], worktree.path);
      await write("a.txt", "one\n", worktree.path);
    },
  ],
  [
    "a new file is hidden by a setting",
    async ({ git, write, worktree }) => {
      await git(["config", "status.showUntrackedFiles", "no"]);
      await write("new.txt", "x\n", worktree.path);
    },
  ],
  [
    "a repository is inside",
    async ({ git, worktree }) => git(["init", "--quiet", join(worktree.path, "inner")]),
  ],
  [
    "git was told to take a changed file for unchanged",
    async ({ git, write, worktree }) => {
      await git(["update-index", "--assume-unchanged", "a.txt"], worktree.path);
      await write("a.txt", "hidden\n", worktree.path);
    },
  ],
  [
    "git was told not to look at a file",
    async ({ git, write, worktree }) => {
      await git(["update-index", "--skip-worktree", "a.txt"], worktree.path);
      await write("a.txt", "hidden\n", worktree.path);
    },
  ],
  ["HEAD is on no branch", async ({ git, worktree }) => git(["switch", "--detach"], worktree.path)],
  [
    "another branch is checked out",
    async ({ git, worktree }) => git(["switch", "-c", "else"], worktree.path),
  ],
  [
    "a merge has begun",
    async ({ git, commit, worktree }) => {
      await commit({ "b.txt": "b\n" }, "Elsewhere");
      await git(["merge", "--no-commit", "--strategy=ours", "main"], worktree.path);
    },
  ],
  ["a merge was left", async ({ worktree }) => writeFile(join(worktree.gitDir, "MERGE_MSG"), "x")],
  [
    "a check-out was broken off",
    async ({ worktree }) => writeFile(join(worktree.gitDir, "orchestra-checkout"), ""),
  ],
  [
    "git cannot read its index",
    async ({ worktree }) => writeFile(join(worktree.gitDir, "index"), "x"),
  ],
];

test.each(UNREST)("it is not at rest when %s", async (_, disturb) => {
  await using begun = await begin();
  await disturb(begun);
  expect(await commitAtRest(begun.deps, begun.worktree, begun.owner)).toBeUndefined();
});

test("nor when files were provided, or the machine went down since", async () => {
  await using begun = await begin();
  const { deps, worktree, owner } = begun;
  expect(await commitAtRest(deps, worktree, { ...owner, provided: [".env"] })).toBeUndefined();
  expect(await commitAtRest({ bootId: "next" }, worktree, owner)).toBeUndefined();
});
