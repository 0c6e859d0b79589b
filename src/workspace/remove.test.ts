import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { COLLECT, REMOVE, request } from "./testing/requests.ts";
import { createTestRepository, NEVER } from "./testing/test-repository.ts";

test("removing merged work leaves no folder, branch, record or rescue ref", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const workspace = await workspaces.prepare(request(1), NEVER);
  await repository.write("b.txt", "b\n", workspace.path);
  const { commit } = await workspaces.collect(workspace, COLLECT);
  await repository.git(["merge", "--quiet", "--no-ff", "--no-edit", commit]);

  await workspaces.remove({ ...REMOVE, mergedInto: "main" });
  await workspaces.remove({ ...REMOVE, mergedInto: "main" });

  expect(existsSync(workspace.path)).toBe(false);
  expect(await repository.git(["branch", "--format=%(refname:short)"])).toBe("main");
  expect((await repository.git(["worktree", "list"])).split("\n")).toHaveLength(1);
  expect(await workspaces.rescued()).toEqual([]);
  expect(await workspaces.list()).toEqual([]);
});

test("removing unmerged work keeps each attempt under its number", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const first = await workspaces.prepare(request(1), NEVER);
  const one = await repository.commit({ "b.txt": "b\n" }, "One", first.path);
  const second = await workspaces.prepare(request(2, { previousBranch: undefined }), NEVER);
  await repository.write("c.txt", "uncommitted\n", second.path);

  await workspaces.remove(REMOVE);

  const kept = await workspaces.rescued();
  expect(kept.map(({ ref }) => ref).toSorted()).toEqual([
    "refs/orchestra/rescue/t1/1",
    "refs/orchestra/rescue/t1/2",
  ]);
  expect(kept.find(({ ref }) => ref.endsWith("/1"))?.commit).toBe(one);
  expect(await repository.git(["show", "refs/orchestra/rescue/t1/2:c.txt"])).toBe("uncommitted");
  expect(await repository.git(["branch", "--list", "orchestra/*"])).toBe("");
});

test("the branch that is the result stays, and so does one that a person has checked out", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const first = await workspaces.prepare(request(1), NEVER);
  await repository.commit({ "b.txt": "b\n" }, "One", first.path);
  await workspaces.prepare(request(2), NEVER);
  await repository.git(["switch", "--quiet", "orchestra/t1-work/1"]);

  await workspaces.remove({ ...REMOVE, keepBranch: "orchestra/t1-work/2" });

  expect(await repository.git(["branch", "--format=%(refname:short)"])).toBe(
    "main\norchestra/t1-work/1\norchestra/t1-work/2",
  );
});

test("restoring refuses what is not kept, a taken name and one that git does not allow", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const workspace = await workspaces.prepare(request(1), NEVER);
  await repository.commit({ "b.txt": "b\n" }, "One", workspace.path);
  await workspaces.remove(REMOVE);
  const ref = "refs/orchestra/rescue/t1/1";

  await expect(workspaces.restore("refs/heads/main", "x")).rejects.toThrow(/nothing is kept/);
  await expect(workspaces.restore(`${ref}9`, "x")).rejects.toThrow(/nothing is kept/);
  await expect(workspaces.restore(ref, "main")).rejects.toThrow(/that branch exists/);
  for (const name of ["-x", "a..b", "@{-1}", "a b", ""]) {
    await expect(workspaces.restore(ref, name)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  }
});

test("a workspace that has passed to an attempt nobody spoke of stays", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  await workspaces.prepare(request(1), NEVER);
  const second = await workspaces.prepare(request(2), NEVER);
  await repository.write("c.txt", "not finished\n", second.path);

  await workspaces.remove({ ...REMOVE, branches: ["orchestra/t1-work/1"] });

  expect(await repository.git(["status", "--porcelain"], second.path)).toBe("?? c.txt");
  expect(await workspaces.branchCommit("orchestra/t1-work/2")).toBeDefined();
});

test("the next attempt's workspace is made when the last one's is removed", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const first = await workspaces.prepare(request(1), NEVER);
  await repository.commit({ "b.txt": "b\n" }, "One", first.path);

  const removing = workspaces.remove({ ...REMOVE, branches: ["orchestra/t1-work/1"] });
  const second = await workspaces.prepare(request(2), NEVER);
  await removing;

  expect(await repository.git(["branch", "--show-current"], second.path)).toBe(
    "orchestra/t1-work/2",
  );
  expect(await workspaces.rescued()).toMatchObject([{ ref: "refs/orchestra/rescue/t1/1" }]);
});
