import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { COLLECT, REMOVE, request } from "./testing/requests.ts";
import { createTestRepository, NEVER, type TestRepository } from "./testing/test-repository.ts";

/** What `git worktree add` leaves when it is killed while it writes where the repository is. */
async function leaveHalfMade({ root, worktreesRoot, write, git }: TestRepository, taskId: string) {
  const record = join(root, ".git/worktrees", taskId);
  const path = join(worktreesRoot, taskId);
  await write("locked", "initializing", record);
  await write("gitdir", `${path}/.git\n`, record);
  await write("HEAD", await git(["rev-parse", "HEAD"]), record);
  await write("commondir", "", record);
  await write(".git", `gitdir: ${record}\n`, path);
}

test("a workspace whose making was killed so that git can read no worktree is made anew", async () => {
  await using repository = await createTestRepository();
  await leaveHalfMade(repository, "t1");
  await expect(repository.git(["worktree", "list"])).rejects.toThrow(/commondir/);

  const workspace = await repository.workspaces().prepare(request(1), NEVER);
  expect(await readFile(join(workspace.path, "a.txt"), "utf8")).toBe("one\n");
  expect((await repository.git(["worktree", "list"])).split("\n")).toHaveLength(2);
});

test("it keeps no other task from being worked, nor from being looked at", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  await leaveHalfMade(repository, "other");
  const workspace = await workspaces.prepare(request(1), NEVER);
  await repository.write("b.txt", "work\n", workspace.path);
  await leaveHalfMade(repository, "another");
  await workspaces.collect(workspace, COLLECT);
  await leaveHalfMade(repository, "more");
  await workspaces.remove({ ...REMOVE, mergedInto: undefined });
  await leaveHalfMade(repository, "last");
  expect(await workspaces.list()).not.toContain("t1");
  expect(await readdir(join(repository.root, ".git/worktrees"))).toEqual(["last"]);
});

test("a record that can be read is left as it is, whoever locked it", async () => {
  await using repository = await createTestRepository();
  await repository.git(["worktree", "add", "--quiet", "--lock", "--detach", "../mine"]);
  await leaveHalfMade(repository, "other");
  await repository.workspaces().prepare(request(1), NEVER);
  expect(await repository.git(["worktree", "list"])).toContain("/mine");
});
