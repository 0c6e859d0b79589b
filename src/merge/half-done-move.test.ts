import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTestRepository, type TestRepository } from "../workspace/testing/test-repository.ts";
import { noteMove } from "./half-done-move.ts";
import { mergesOf, prepared } from "./testing/merges.ts";

/** A move of `main` that changes a file, adds one and removes one, and of which so much was done. */
async function killedMove(
  repository: TestRepository,
  leave: (move: { readonly expected: string; readonly merged: string }) => Promise<unknown>,
) {
  await repository.commit({ "gone.txt": "gone\n" }, "To be removed");
  const merges = mergesOf(repository);
  await repository.git(["switch", "--quiet", "--detach"]);
  await rm(join(repository.root, "gone.txt"));
  const commit = await repository.commit({ "a.txt": "two\n", "new.txt": "new\n" }, "Work");
  await repository.git(["switch", "--quiet", "main"]);
  const { targetCommit: expected, mergedCommit: merged } = await prepared(merges, commit);
  const move = { path: repository.root, targetBranch: "main", expected, merged };
  await noteMove({ worktreesRoot: repository.worktreesRoot }, move);
  await leave(move);
  return { merges, move, commit };
}

const KILLED = {
  "before it began": async () => undefined,
  "with some files written, and no index": async ({ write }) => {
    await write("a.txt", "two\n");
    await write("new.txt", "new\n");
  },
  "with a file that was only opened, and the index locked": async ({ root, write }) => {
    await rm(join(root, "gone.txt"));
    await write("new.txt", "");
    await write(".git/index.lock", "");
  },
  "with files and index, and the branch where it was": async ({ git }, { expected, merged }) =>
    git(["read-tree", "-m", "-u", expected, merged]),
} satisfies Record<
  string,
  (
    repository: TestRepository,
    move: { readonly expected: string; readonly merged: string },
  ) => Promise<unknown>
>;

test.for(Object.entries(KILLED))(
  "a move killed %s is taken back, and then made",
  async ([, left]) => {
    await using repository = await createTestRepository();
    const { merges, move } = await killedMove(repository, async (one) => left(repository, one));

    await expect.poll(async () => merges.dirtyCheckout("main")).toBeUndefined();
    await expect.poll(() => existsSync(join(repository.root, ".git/index.lock"))).toBe(false);
    expect(await repository.git(["status", "--porcelain"])).toBe("");
    expect(await repository.git(["rev-parse", "HEAD"])).toBe(move.expected);
    expect(await merges.advance(move)).toEqual({ kind: "advanced" });
    expect(await repository.git(["status", "--porcelain"])).toBe("");
  },
);

test("files and index that a power cut has left behind the branch come to it", async () => {
  await using repository = await createTestRepository();
  const { merges, move } = await killedMove(repository, async ({ merged }) => {
    await repository.git(["update-ref", "refs/heads/main", merged]);
    await repository.write("a.txt", "");
  });
  expect(await merges.dirtyCheckout("main")).toBeUndefined();
  expect(await repository.git(["status", "--porcelain"])).toBe("");
  expect(await repository.git(["rev-parse", "HEAD"])).toBe(move.merged);
  expect(await readFile(join(repository.root, "a.txt"), "utf8")).toBe("two\n");
});

test("what a person has changed since stays, and so does the rest of the half-done move", async () => {
  await using repository = await createTestRepository();
  const { merges, move } = await killedMove(repository, async () => {
    await repository.write("a.txt", "mine\n");
    await repository.write("new.txt", "new\n");
  });

  expect(await merges.dirtyCheckout("main")).toEqual({ path: repository.root, files: ["a.txt"] });
  expect(await readFile(join(repository.root, "a.txt"), "utf8")).toBe("mine\n");
  expect(await merges.advance(move)).toMatchObject({ kind: "dirty", files: ["a.txt", "new.txt"] });
});

test("a file of a person's that git was told not to look at stays", async () => {
  await using repository = await createTestRepository();
  await repository.commit({ "local.txt": "one\n" }, "Another file");
  const { merges } = await killedMove(repository, async () => {
    await repository.git(["update-index", "--assume-unchanged", "local.txt"]);
    await repository.write("local.txt", "mine\n");
    await repository.write("a.txt", "two\n");
  });

  expect(await merges.dirtyCheckout("main")).toMatchObject({ files: ["a.txt"] });
  expect(await readFile(join(repository.root, "local.txt"), "utf8")).toBe("mine\n");
});

test("a file that the move does not touch tells of a person, too", async () => {
  await using repository = await createTestRepository();
  await repository.commit({ "other.txt": "one\n" }, "Another file");
  const { merges } = await killedMove(repository, async () => {
    await repository.write("a.txt", "two\n");
    await repository.write("other.txt", "mine\n");
  });

  expect(await merges.dirtyCheckout("main")).toMatchObject({ files: ["a.txt", "other.txt"] });
  expect(await readFile(join(repository.root, "other.txt"), "utf8")).toBe("mine\n");
});

test("half of a note says that nothing was begun", async () => {
  await using repository = await createTestRepository();
  const { merges } = await killedMove(repository, async () =>
    writeFile(join(repository.worktreesRoot, ".move.json"), '{"path":'),
  );
  expect(await merges.dirtyCheckout("main")).toBeUndefined();
});

test("a move in which a file becomes a folder, and which was never begun, is forgotten", async () => {
  await using repository = await createTestRepository();
  const merges = mergesOf(repository);
  await repository.git(["switch", "--quiet", "--detach", "main"]);
  await rm(join(repository.root, "a.txt"));
  const merged = await repository.commit({ "a.txt/b.txt": "b\n" }, "A folder");
  await repository.git(["switch", "--quiet", "main"]);
  const expected = await repository.git(["rev-parse", "main"]);
  const { root: path, worktreesRoot } = repository;
  await noteMove({ worktreesRoot }, { path, targetBranch: "main", expected, merged });

  expect(await merges.dirtyCheckout("main")).toBeUndefined();
  expect(await repository.git(["status", "--porcelain"])).toBe("");
});

test("a move in which a folder was to become a file is taken back, and then made", async () => {
  await using repository = await createTestRepository();
  const merges = mergesOf(repository);
  await repository.commit({ "a/x.txt": "x\n", "a/y.txt": "y\n" }, "A folder");
  await repository.git(["switch", "--quiet", "--detach"]);
  await rm(join(repository.root, "a"), { recursive: true });
  const merged = await repository.commit({ a: "file\n" }, "A file");
  await repository.git(["switch", "--quiet", "main"]);
  const expected = await repository.git(["rev-parse", "main"]);
  const { root: path, worktreesRoot } = repository;
  const move = { path, targetBranch: "main", expected, merged };
  await noteMove({ worktreesRoot }, move);
  await rm(join(path, "a/x.txt"));

  expect(await merges.dirtyCheckout("main")).toBeUndefined();
  expect(await repository.git(["status", "--porcelain"])).toBe("");
  expect(await merges.advance(move)).toEqual({ kind: "advanced" });
  expect(await readFile(join(path, "a"), "utf8")).toBe("file\n");
});
