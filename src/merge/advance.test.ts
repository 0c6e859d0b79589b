import { existsSync } from "node:fs";
import { appendFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTestRepository, type TestRepository } from "../workspace/testing/test-repository.ts";
import { mergesOf, prepared, worked } from "./testing/merges.ts";

test("a branch that is checked out nowhere is moved by compare-and-swap", async () => {
  await using repository = await createTestRepository();
  const merges = mergesOf(repository);
  const commit = await worked(repository, { "b.txt": "b\n" });
  const { targetCommit: expected, mergedCommit: merged } = await prepared(merges, commit);
  await repository.git(["switch", "--quiet", "-c", "other"]);
  const request = { targetBranch: "main", expected, merged };

  expect(await merges.advance({ ...request, expected: commit })).toEqual({ kind: "moved" });
  expect(await merges.advance(request)).toEqual({ kind: "advanced" });
  expect(await repository.git(["rev-parse", "main"])).toBe(merged);
  expect(await merges.advance(request)).toEqual({ kind: "moved" });
  expect(await merges.isMerged(commit, "main")).toBe(true);
});

test("a clean check-out follows its branch, and untracked files stay", async () => {
  await using repository = await createTestRepository();
  const merges = mergesOf(repository);
  const commit = await worked(repository, { "b.txt": "b\n" });
  const { targetCommit: expected, mergedCommit: merged } = await prepared(merges, commit);
  await repository.write("mine.txt", "mine\n");
  expect(await merges.dirtyCheckout("main")).toBeUndefined();

  expect(await merges.advance({ targetBranch: "main", expected, merged })).toEqual({
    kind: "advanced",
  });
  expect(await repository.git(["status", "--porcelain"])).toBe("?? mine.txt");
  expect(existsSync(join(repository.root, "b.txt"))).toBe(true);
});

test("a submodule that a merge has left behind its commit is not in the way, but one that is staged is", async () => {
  await using repository = await createTestRepository();
  const merges = mergesOf(repository);
  const inner = join(repository.root, "sub");
  await mkdir(inner);
  await repository.git(["init", "--quiet"], inner);
  const first = await repository.commit({ "x.txt": "1\n" }, "First", inner);
  const second = await repository.commit({ "x.txt": "2\n" }, "Second", inner);
  const stage = async (commit: string): Promise<string> =>
    repository.git(["update-index", "--add", "--cacheinfo", `160000,${commit},sub`]);
  await stage(first);
  await repository.git(["commit", "--quiet", "-m", "A submodule"]);
  await repository.git(["checkout", "--quiet", "--detach", first], inner);
  expect(await merges.dirtyCheckout("main")).toBeUndefined();

  await repository.git(["checkout", "--quiet", "--detach", second], inner);
  expect(await repository.git(["status", "--porcelain"])).toBe(" M sub");
  expect(await merges.dirtyCheckout("main")).toBeUndefined();
  await stage(second);
  expect(await merges.dirtyCheckout("main")).toMatchObject({ files: ["sub"] });
});

test("a check-out follows its branch by another name of it, too", async () => {
  await using repository = await createTestRepository();
  const merges = mergesOf(repository);
  await repository.git(["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
  const commit = await worked(repository, { "b.txt": "b\n" });
  const { targetCommit: expected, mergedCommit: merged } = await prepared(merges, commit);
  await repository.write("a.txt", "mine\n");
  expect(await merges.dirtyCheckout("alias")).toMatchObject({ files: ["a.txt"] });
  await repository.git(["restore", "a.txt"]);

  const advanced = await merges.advance({ targetBranch: "alias", expected, merged });
  expect(advanced).toEqual({ kind: "advanced" });
  expect(await repository.git(["status", "--porcelain"])).toBe("");
  expect(await repository.git(["rev-parse", "main"])).toBe(merged);
  expect(await repository.git(["symbolic-ref", "refs/heads/alias"])).toBe("refs/heads/main");
});

test("a check-out in a linked worktree follows as well", async () => {
  await using repository = await createTestRepository();
  const merges = mergesOf(repository);
  const commit = await worked(repository, { "b.txt": "b\n" });
  const { targetCommit: expected, mergedCommit: merged } = await prepared(merges, commit);
  await repository.git(["switch", "--quiet", "-c", "other"]);
  const linked = join(repository.folder, "linked é");
  await repository.git(["worktree", "add", "--quiet", linked, "main"]);
  await merges.advance({ targetBranch: "main", expected, merged });
  expect(existsSync(join(linked, "b.txt"))).toBe(true);
  await writeFile(join(linked, "b.txt"), "changed\n");
  expect(await merges.dirtyCheckout("main")).toEqual({ path: linked, files: ["b.txt"] });
});

type Spoil = (repository: TestRepository) => Promise<unknown>;
const OBSTACLES: readonly (readonly [string, readonly string[], Spoil])[] = [
  ["a changed file", ["a.txt"], async ({ write }) => write("a.txt", "dirty\n")],
  [
    "a staged file",
    ["s.txt"],
    async ({ write, git }) => {
      await write("s.txt", "staged\n");
      await git(["add", "s.txt"]);
    },
  ],
  ["an untracked file in the way", ["b.txt"], async ({ write }) => write("b.txt", "mine\n")],
  [
    "an ignored file in the way",
    ["b.txt"],
    async ({ write, root }) => {
      await appendFile(join(root, ".git/info/exclude"), "b.txt\n");
      await write("b.txt", "mine\n");
    },
  ],
  ["an untracked file where a folder is to be", ["new"], async ({ write }) => write("new", "x\n")],
  ["a folder in the way", ["b.txt"], async ({ root }) => mkdir(join(root, "b.txt"))],
  [
    "a merge in progress",
    [],
    async ({ git }) => git(["merge", "--no-commit", "--no-ff", "--strategy=ours", "side"]),
  ],
];

test.each(OBSTACLES)(
  "%s keeps the branch and every file where they are",
  async (_, files, spoil) => {
    await using repository = await createTestRepository();
    const merges = mergesOf(repository);
    const commit = await worked(repository, { "b.txt": "b\n", "new/deep/c.txt": "c\n" });
    const side = await worked(repository, { "c.txt": "c\n" });
    await repository.git(["branch", "side", side]);
    const { targetCommit: expected, mergedCommit: merged } = await prepared(merges, commit);
    await spoil(repository);
    const before = await repository.git(["status", "--porcelain", "--ignored"]);

    expect(await merges.advance({ targetBranch: "main", expected, merged })).toEqual({
      kind: "dirty",
      path: repository.root,
      files,
    });
    expect(await repository.git(["rev-parse", "main"])).toBe(expected);
    expect(await repository.git(["status", "--porcelain", "--ignored"])).toBe(before);
  },
);

test("a branch that is being rebased is left alone", async () => {
  await using repository = await createTestRepository();
  const merges = mergesOf(repository);
  const commit = await worked(repository, { "b.txt": "b\n" });
  const other = await worked(repository, { "a.txt": "other\n" });
  await repository.commit({ "a.txt": "mine\n" }, "Mine");
  const { targetCommit: expected, mergedCommit: merged } = await prepared(merges, commit);
  await repository.git(["rebase", "--quiet", other]).catch(() => "conflict");

  expect(await merges.advance({ targetBranch: "main", expected, merged })).toMatchObject({
    kind: "dirty",
    path: repository.root,
  });
  expect(await merges.dirtyCheckout("main")).toMatchObject({ path: repository.root });
});

test("a branch whose check-out was deleted by hand moves on its own", async () => {
  await using repository = await createTestRepository();
  const merges = mergesOf(repository);
  const commit = await worked(repository, { "b.txt": "b\n" });
  const { targetCommit: expected, mergedCommit: merged } = await prepared(merges, commit);
  await repository.git(["switch", "--quiet", "-c", "other"]);
  const linked = join(repository.folder, "linked");
  await repository.git(["worktree", "add", "--quiet", linked, "main"]);
  await rm(linked, { recursive: true });
  expect(await merges.advance({ targetBranch: "main", expected, merged })).toEqual({
    kind: "advanced",
  });
});

test("a check-out whose branch is configured to squash merges follows all the same", async () => {
  await using repository = await createTestRepository();
  const merges = mergesOf(repository);
  const commit = await worked(repository, { "b.txt": "b\n" });
  const { targetCommit: expected, mergedCommit: merged } = await prepared(merges, commit);
  await repository.git(["config", "branch.main.mergeOptions", "--squash"]);

  expect(await merges.advance({ targetBranch: "main", expected, merged })).toEqual({
    kind: "advanced",
  });
  expect(await repository.git(["status", "--porcelain"])).toBe("");
});

test("a file that became a folder in the branch becomes one in its check-out", async () => {
  await using repository = await createTestRepository();
  const merges = mergesOf(repository);
  await repository.git(["switch", "--quiet", "--detach", "main"]);
  await rm(join(repository.root, "a.txt"));
  const commit = await repository.commit({ "a.txt/b.txt": "b\n" }, "A folder");
  await repository.git(["branch", "work", commit]);
  await repository.git(["switch", "--quiet", "main"]);
  const { targetCommit: expected, mergedCommit: merged } = await prepared(merges, commit);

  expect(await merges.advance({ targetBranch: "main", expected, merged })).toEqual({
    kind: "advanced",
  });
  expect(existsSync(join(repository.root, "a.txt/b.txt"))).toBe(true);
});

test("a folder that became a file in the branch makes way for it, but not for what is ignored", async () => {
  await using repository = await createTestRepository();
  const merges = mergesOf(repository);
  const expected = await repository.commit({ "a/b.txt": "b\n" }, "A folder");
  await repository.git(["switch", "--quiet", "--detach"]);
  await rm(join(repository.root, "a"), { recursive: true });
  const merged = await repository.commit({ a: "file\n" }, "A file");
  await repository.git(["switch", "--quiet", "main"]);
  const request = { targetBranch: "main", expected, merged };

  await repository.write("a/mine.log", "mine\n");
  expect(await merges.advance(request)).toMatchObject({ kind: "dirty", files: ["a/mine.log"] });
  await rm(join(repository.root, "a/mine.log"));
  expect(await merges.advance(request)).toEqual({ kind: "advanced" });
  expect(await repository.git(["status", "--porcelain"])).toBe("");
});
