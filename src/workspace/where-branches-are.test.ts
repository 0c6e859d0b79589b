import { lstat, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTestRepository, type TestRepository } from "./testing/test-repository.ts";
import { checkOutsOf, tipOf } from "./where-branches-are.ts";

/** The check-outs as git itself lists them. */
async function asGitHasThem({ git }: TestRepository): Promise<readonly unknown[]> {
  const output = await git(["worktree", "list", "--porcelain"]);
  return output.split("\n\n").map((record) => ({
    path: /^worktree (.*)$/m.exec(record)?.[1],
    branch: /^branch refs\/heads\/(.*)$/m.exec(record)?.[1],
  }));
}

async function withWorktrees(): Promise<TestRepository> {
  const repository = await createTestRepository();
  const { git, root } = repository;
  await git(["worktree", "add", "--quiet", "-b", "feature/é", join(root, "..", "with space")]);
  await git(["worktree", "add", "--quiet", "--detach", join(root, "..", "detached")]);
  await git(["worktree", "add", "--quiet", "-b", "gone", join(root, "..", "gone")]);
  await rm(join(root, "..", "gone"), { recursive: true });
  return repository;
}

test("check-outs are those that git lists", async () => {
  await using repository = await withWorktrees();
  const { root } = repository;
  const found = await checkOutsOf({ repositoryRoot: root });
  expect(found).toHaveLength(4);
  expect(new Set(found)).toEqual(new Set(await asGitHasThem(repository)));
});

test.each([
  ["of a linked worktree", async ({ root }: TestRepository) => join(root, "..", "detached")],
  [
    "of a repository with settings for one worktree",
    async ({ root, git }: TestRepository) => {
      await git(["config", "extensions.worktreeConfig", "true"]);
      await git(["config", "--worktree", "core.ignoreCase", "false"]);
      return root;
    },
  ],
])("they are the same from the view %s", async (_, place) => {
  await using repository = await withWorktrees();
  const found = await checkOutsOf({ repositoryRoot: await place(repository) });
  expect(new Set(found)).toEqual(new Set(await asGitHasThem(repository)));
});

test("a record that leads nowhere is none", async () => {
  await using repository = await withWorktrees();
  const { root } = repository;
  await rm(join(root, ".git/worktrees/detached/HEAD"));
  await writeFile(join(root, ".git/worktrees/gone/gitdir"), "");
  expect(await checkOutsOf({ repositoryRoot: root })).toEqual([
    { path: root, branch: "main" },
    { path: join(root, "..", "detached"), branch: undefined },
    { path: join(root, "..", "with space"), branch: "feature/é" },
  ]);
});

const UNUSUAL: readonly (readonly [string, (repository: TestRepository) => Promise<unknown>])[] = [
  [
    "whose HEAD is on another name of its branch",
    async ({ git }) => {
      await git(["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
      await git(["symbolic-ref", "HEAD", "refs/heads/alias"]);
    },
  ],
  [
    "in which the other name is a link",
    async ({ root, git }) => {
      await symlink("main", join(root, ".git/refs/heads/alias"));
      await git(["symbolic-ref", "HEAD", "refs/heads/alias"]);
    },
  ],
  [
    "whose HEAD is a link",
    async ({ root }) => {
      await rm(join(root, ".git/HEAD"));
      await symlink("refs/heads/main", join(root, ".git/HEAD"));
    },
  ],
  [
    "whose HEAD is a link to a branch that is packed",
    async ({ root, git }) => {
      await git(["pack-refs", "--all"]);
      await rm(join(root, ".git/HEAD"));
      await symlink("refs/heads/main", join(root, ".git/HEAD"));
    },
  ],
  [
    "with a worktree whose HEAD is a link",
    async ({ root }) => {
      const head = join(root, ".git/worktrees/detached/HEAD");
      await rm(head);
      await symlink("refs/heads/gone", head);
    },
  ],
  [
    "whose HEAD ends with blanks",
    async ({ root }) => writeFile(join(root, ".git/HEAD"), "ref: refs/heads/main \r\n"),
  ],
];

test.each(UNUSUAL)("check-outs are those that git lists in a repository %s", async (_, make) => {
  await using repository = await withWorktrees();
  await make(repository);
  const found = await checkOutsOf({ repositoryRoot: repository.root });
  expect(new Set(found)).toEqual(new Set(await asGitHasThem(repository)));
});

test("a branch's tip is told wherever git keeps it", async () => {
  await using repository = await createTestRepository();
  const { git, root } = repository;
  const deps = { repositoryRoot: root };
  const tip = await git(["rev-parse", "main"]);
  const loose = join(root, ".git/refs/heads/main");
  expect(await readFile(loose, "utf8")).toBe(`${tip}\n`);
  expect(await tipOf(deps, "main")).toBe(tip);

  await git(["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
  expect(await tipOf(deps, "alias")).toBe(tip);
  await git(["pack-refs", "--all"]);
  await expect(lstat(loose)).rejects.toThrow("ENOENT");
  expect(await tipOf(deps, "main")).toBe(tip);
  expect(await tipOf(deps, "gone")).toBeUndefined();
});
