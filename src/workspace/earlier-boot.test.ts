import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { COLLECT, REMOVE, request } from "./testing/requests.ts";
import { COLD, createTestRepository, NEVER, WARM } from "./testing/test-repository.ts";

const AFTER = { bootId: "after" };

/** An attempt that has committed a file and changed another when the machine goes down. */
async function workedBefore(furnishing = {}) {
  const repository = await createTestRepository();
  const workspace = await repository.workspaces(furnishing).prepare(request(1), NEVER);
  const commit = await repository.commit({ "b.txt": "b\n" }, "Done", workspace.path);
  // As after a power cut: what was not flushed is empty.
  truncateSync(join(workspace.path, "a.txt"));
  return { ...repository, workspace, commit };
}

test("what was not committed when the machine went down is kept, and is nobody's work", async () => {
  await using repository = await workedBefore();
  const workspaces = repository.workspacesWith(AFTER);
  const work = await workspaces.collect(repository.workspace, COLLECT);
  expect(work).toMatchObject({ commit: repository.commit, leftovers: ["a.txt"] });
  expect(await workspaces.rescued()).toMatchObject([{ taskId: "t1" }]);
});

test("the next attempt goes on from the last commit, in a workspace that is made and set up anew", async () => {
  await using repository = await workedBefore({ setup: ["echo made > .env"] });
  truncateSync(join(repository.workspace.path, ".env"));
  const { deps } = repository;
  const config = { ...deps.config, setup: ["echo made > .env"] };
  const workspaces = repository.workspacesWith({ ...AFTER, config });
  const { path } = await workspaces.prepare(request(2), NEVER);

  const texts = ["a.txt", "b.txt", ".env"].map((name) => readFileSync(join(path, name), "utf8"));
  expect(texts).toEqual(["one\n", "b\n", "made\n"]);
  expect(await repository.git(["status", "--porcelain"], path)).toBe("");
  expect(await workspaces.rescued()).toMatchObject([{ taskId: "t1" }]);
});

test("a worktree that was kept before the machine went down is not taken", async () => {
  await using repository = await createTestRepository();
  const warm = { max: 2, always: true };
  const before = repository.workspacesWith({ warm });
  await before.prepare(request(1), NEVER);
  await before.remove(REMOVE);
  truncateSync(join(repository.worktreesRoot, ".warm/boot-1/a.txt"));

  const { path } = await repository
    .workspacesWith({ ...AFTER, warm })
    .prepare(request(1, { taskId: "t2" }), NEVER);
  expect(readFileSync(join(path, "a.txt"), "utf8")).toBe("one\n");
  expect(existsSync(join(repository.worktreesRoot, ".warm/boot-1"))).toBe(false);
  expect((await repository.git(["worktree", "list"])).split("\n")).toHaveLength(2);
});

test("a workspace of before the machine went down is not kept for a next task", async () => {
  await using repository = await workedBefore();
  const warm = { max: 2, always: true };
  await repository.workspacesWith({ ...AFTER, warm }).remove(REMOVE);
  expect(existsSync(join(repository.worktreesRoot, ".warm"))).toBe(false);
});

test("a worktree whose record did not come to the disk is made anew", async () => {
  await using repository = await createTestRepository();
  const { path } = await repository.workspaces().prepare(request(1), NEVER);
  const record = join(repository.root, ".git/worktrees/t1");
  for (const name of ["HEAD", "commondir", "gitdir"]) truncateSync(join(record, name));
  truncateSync(join(path, ".git"));

  const made = await repository.workspaces().prepare(request(2), NEVER);
  expect(readFileSync(join(made.path, "a.txt"), "utf8")).toBe("one\n");
  expect((await repository.git(["worktree", "list"])).split("\n")).toHaveLength(2);
});

test("a worktree whose record does not lead back to it is made anew", async () => {
  await using repository = await createTestRepository();
  const { path } = await repository.workspaces().prepare(request(1), NEVER);
  truncateSync(join(repository.root, ".git/worktrees/t1/gitdir"));
  writeFileSync(join(path, "b.txt"), "b\n");

  await repository.workspaces().prepare(request(2), NEVER);
  expect((await repository.git(["worktree", "list"])).split("\n")).toHaveLength(2);
  expect(await repository.workspaces().rescued()).toMatchObject([{ taskId: "t1" }]);
});

test.each([COLD, WARM])("a record that leads nowhere makes way, with %o", async (warm) => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspacesWith({ warm });
  await workspaces.prewarm(NEVER);
  const record = join(repository.root, ".git/worktrees/t1");
  await repository.git(["worktree", "add", "--quiet", "--detach", "../t1"]);
  truncateSync(join(record, "gitdir"));
  await workspaces.prepare(request(1), NEVER);
  expect((await repository.git(["worktree", "list"])).split("\n")).toHaveLength(2);
  expect(readdirSync(join(repository.root, ".git/worktrees"))).toHaveLength(1);
});

test("commits of a repository inside are kept when the worktree is made anew", async () => {
  await using repository = await workedBefore();
  const inside = join(repository.workspace.path, "deps/inner");
  await repository.git(["init", "--quiet", inside]);
  await repository.git(["commit", "--quiet", "--allow-empty", "--message", "Inner"], inside);
  const commit = await repository.git(["rev-parse", "HEAD"], inside);

  await repository.workspacesWith(AFTER).prepare(request(2), NEVER);

  const kept = await repository.workspaces().rescued();
  expect(kept.map((one) => one.commit)).toContain(commit);
});
