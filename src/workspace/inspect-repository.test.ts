import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inspectRepository } from "./inspect-repository.ts";
import { request } from "./testing/requests.ts";
import { createTestRepository, NEVER } from "./testing/test-repository.ts";

test("a repository is found from any folder in it", async () => {
  await using repository = await createTestRepository();
  await mkdir(join(repository.root, "deep/er"), { recursive: true });
  const facts = await inspectRepository(join(repository.root, "deep/er"));
  expect(facts).toEqual({
    root: repository.root,
    currentBranch: "main",
    headCommit: await repository.git(["rev-parse", "HEAD"]),
    isBare: false,
  });
});

test("a repository with no commit and one with a detached HEAD are told apart", async () => {
  await using repository = await createTestRepository();
  await repository.git(["checkout", "--quiet", "--detach"]);
  const detached = await inspectRepository(repository.root);
  expect(detached.currentBranch).toBeUndefined();
  expect(detached.headCommit).toBeDefined();

  const fresh = join(repository.folder, "fresh");
  await repository.git(["init", "--quiet", "--initial-branch=trunk", fresh]);
  const unborn = await inspectRepository(fresh);
  expect(unborn).toMatchObject({ currentBranch: "trunk", headCommit: undefined });
});

test("a linked worktree belongs to the project of the main one, with its own branch", async () => {
  await using repository = await createTestRepository();
  const linked = join(repository.folder, "linked");
  await repository.git(["worktree", "add", "--quiet", "-b", "side", linked]);
  expect(await inspectRepository(linked)).toMatchObject({
    root: repository.root,
    currentBranch: "side",
  });
});

test("a bare repository says so, and a worktree of one is a project of its own", async () => {
  await using repository = await createTestRepository();
  const bare = join(repository.folder, "bare.git");
  await repository.git(["clone", "--quiet", "--bare", repository.root, bare]);
  expect(await inspectRepository(bare)).toMatchObject({ isBare: true, currentBranch: "main" });

  const linked = join(repository.folder, "linked");
  await repository.git(["worktree", "add", "--quiet", "-b", "side", linked], bare);
  expect(await inspectRepository(linked)).toMatchObject({ root: linked, isBare: false });
});

test("a submodule is a project of its own, and tasks are worked in it", async () => {
  await using repository = await createTestRepository();
  const outer = join(repository.folder, "outer");
  await repository.git(["init", "--quiet", outer]);
  const allow = ["-c", "protocol.file.allow=always"];
  await repository.git([...allow, "submodule", "--quiet", "add", repository.root, "inner"], outer);
  const inner = join(outer, "inner");
  const facts = await inspectRepository(inner);
  expect(facts).toMatchObject({ root: inner, currentBranch: "main" });

  const workspaces = repository.workspaces({}, facts.root);
  const { path } = await workspaces.prepare(request(1), NEVER);
  expect(await inspectRepository(path)).toMatchObject({
    root: inner,
    currentBranch: "orchestra/t1-work/1",
  });
});

test("no repository, the inside of one, and one that git refuses, each get a clear error", async () => {
  await using repository = await createTestRepository();
  await expect(inspectRepository(repository.folder)).rejects.toMatchObject({
    code: "NOT_A_REPOSITORY",
  });
  await expect(inspectRepository(join(repository.root, ".git"))).rejects.toThrow(/Go to its files/);
  await writeFile(join(repository.root, ".git/config"), "[broken");
  await expect(inspectRepository(repository.root)).rejects.toMatchObject({
    code: "REPOSITORY_UNUSABLE",
  });
});

test("a symbolic link to a project leads to the project", async () => {
  await using repository = await createTestRepository();
  const link = join(await realpath(await mkdtemp(join(tmpdir(), "orchestra-link-"))), "here");
  await symlink(repository.root, link);
  expect((await inspectRepository(link)).root).toBe(repository.root);
  await rm(join(link, ".."), { recursive: true });
});
