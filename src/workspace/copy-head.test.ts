import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyHead } from "./copy-head.ts";
import { createTestRepository } from "./testing/test-repository.ts";

test("what is committed is copied, and the repository stays as it is", async () => {
  await using repository = await createTestRepository();
  const { root, folder, git } = repository;
  await repository.commit({ "bin/agent.sh": "echo ready\n" }, "Second");
  await repository.write("a.txt", "not committed\n");
  await repository.write("new.txt", "not committed\n");
  await git(["add", "new.txt"]);
  const before = await git(["status", "--porcelain"]);

  const copy = join(await mkdtemp(join(folder, "trial-")), "work");
  await copyHead(root, copy);

  expect(readdirSync(copy).toSorted()).toEqual([".gitignore", "a.txt", "bin"]);
  expect(readFileSync(join(copy, "a.txt"), "utf8")).toBe("one\n");
  expect(await git(["status", "--porcelain"])).toBe(before);
  expect((await git(["worktree", "list"])).split("\n")).toHaveLength(1);
});
