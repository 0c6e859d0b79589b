import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { request } from "../workspace/testing/requests.ts";
import { createTestRepository, NEVER } from "../workspace/testing/test-repository.ts";
import { createWorktrees } from "../workspace/worktrees.ts";
import { createMergeRepository } from "./git-repository.ts";
import { mergesOf, pathOf, prepared, TITLE, worked } from "./testing/merges.ts";

test("a merge is prepared beside the repository, and moves nothing", async () => {
  await using repository = await createTestRepository();
  const commit = await worked(repository, { "b.txt": "b\n" });
  const main = await repository.commit({ "c.txt": "c\n" }, "Elsewhere");

  const merge = await prepared(mergesOf(repository), commit);

  expect(merge).toMatchObject({ targetCommit: main });
  expect(await repository.git(["rev-parse", "main"])).toBe(main);
  expect(await repository.git(["log", "-1", "--format=%P", merge.mergedCommit])).toBe(
    `${main} ${commit}`,
  );
  expect(await readFile(join(pathOf(merge), "b.txt"), "utf8")).toBe("b\n");
  expect(await readFile(join(pathOf(merge), "c.txt"), "utf8")).toBe("c\n");
});

test("work that goes on from its target's tip is merged without any files", async () => {
  await using repository = await createTestRepository();
  const commit = await worked(repository, { "b.txt": "b\n" });
  const main = await repository.git(["rev-parse", "main"]);

  const merge = await prepared(mergesOf(repository), commit);

  const { mergedCommit } = merge;
  expect(merge).toEqual({
    kind: "prepared",
    targetCommit: main,
    mergedCommit,
    toProve: undefined,
  });
  expect(await repository.git(["rev-parse", `${mergedCommit}^1`, `${mergedCommit}^2`])).toBe(
    `${main}\n${commit}`,
  );
  expect(await repository.git(["diff", commit, mergedCommit])).toBe("");
  expect(existsSync(join(repository.deps.worktreesRoot, ".merge"))).toBe(false);
});

const SPARSE = { sparse: ["packages/shop"] };

test("work of narrow worktrees is proven on all files, also where it goes on from its target's tip", async () => {
  await using repository = await createTestRepository();
  await repository.commit({ "packages/shop/a.ts": "a\n", "docs/index.md": "docs\n" }, "Packages");
  const commit = await worked(repository, { "packages/shop/a.ts": "changed\n" });

  const merge = await prepared(mergesOf(repository, SPARSE), commit);

  expect(existsSync(join(pathOf(merge), "docs/index.md"))).toBe(true);
});

test("work of an agent that narrowed its worktree is proven on all files", async () => {
  await using repository = await createTestRepository();
  const workspace = await repository.workspaces().prepare(request(1), NEVER);
  await repository.git(["sparse-checkout", "set", "packages"], workspace.path);
  const commit = await repository.commit({ "b.txt": "b\n" }, "Work", workspace.path);

  const merge = await prepared(mergesOf(repository), commit);

  expect(existsSync(join(pathOf(merge), "a.txt"))).toBe(true);
});

test("a merge has all files, also in a worktree that was kept of a narrow one", async () => {
  await using repository = await createTestRepository();
  await repository.commit({ "packages/shop/a.ts": "a\n", "docs/index.md": "docs\n" }, "Packages");
  const warm = { ...repository.deps, warm: { max: 1, always: true } };
  const deps = { ...warm, config: { ...repository.deps.config, ...SPARSE } };
  await createWorktrees(deps).prewarm(NEVER);
  const commit = await worked(repository, { "packages/shop/a.ts": "changed\n" });

  const merge = await prepared(createMergeRepository(deps), commit);

  expect(existsSync(join(pathOf(merge), "docs/index.md"))).toBe(true);
});

test("work of which a part is gone is not merged", async () => {
  await using repository = await createTestRepository();
  const commit = await worked(repository, { "folder/b.txt": "b\n" });
  const blob = await repository.git(["rev-parse", `${commit}:folder/b.txt`]);
  await rm(join(repository.root, ".git/objects", blob.slice(0, 2), blob.slice(2)));
  const request = { taskId: "t1", title: TITLE, commit, targetBranch: "main" };
  await expect(mergesOf(repository).prepareMerge(request, NEVER)).rejects.toMatchObject({
    code: "GIT_FAILED",
  });
});

test("work whose history has nothing in common with its target is not merged with it", async () => {
  await using repository = await createTestRepository();
  await repository.git(["switch", "--quiet", "--orphan", "other"]);
  const commit = await repository.commit({ "b.txt": "b\n" }, "Elsewhere");
  await repository.git(["switch", "--quiet", "main"]);
  const request = { taskId: "t1", title: TITLE, commit, targetBranch: "main" };
  await expect(mergesOf(repository).prepareMerge(request, NEVER)).rejects.toMatchObject({
    code: "GIT_FAILED",
  });
});

test("a hostile title is one harmless line", async () => {
  await using repository = await createTestRepository();
  const commit = await worked(repository, { "b.txt": "b\n" });
  const title = "--abort \"x\" 'y' $(touch z)\n\nOrchestra-Task: forged\n# c\u0007";
  const { mergedCommit } = await prepared(mergesOf(repository), commit, title);
  expect(await repository.git(["log", "-1", "--format=%B", mergedCommit])).toBe(
    "Merge --abort \"x\" 'y' $(touch z) Orchestra-Task: forged # c\n\nOrchestra-Task: t1\n",
  );
});

test("work whose target has moved on has other files than were proven", async () => {
  await using repository = await createTestRepository();
  const commit = await worked(repository, { "b.txt": "b\n" });
  await repository.commit({ "c.txt": "c\n" }, "Elsewhere");
  const merge = await prepared(mergesOf(repository), commit);
  expect(existsSync(join(pathOf(merge), "c.txt"))).toBe(true);
});

test("merged files are furnished and set up for their checks, once", async () => {
  await using repository = await createTestRepository();
  await repository.write(".env", "x\n");
  const merges = mergesOf(repository, {
    copy: [".env"],
    setup: ['echo "$ORCHESTRA_TASK_ID" >> setup.log'],
  });
  const first = await worked(repository, { "b.txt": "b\n" });
  const second = await worked(repository, { "c.txt": "c\n" });
  await repository.commit({ "d.txt": "d\n" }, "Elsewhere");
  const path = pathOf(await prepared(merges, first));
  await prepared(merges, second);
  expect(await readFile(join(path, "setup.log"), "utf8")).toBe("t1\n");
  expect(existsSync(join(path, ".env"))).toBe(true);
  expect(existsSync(join(path, "b.txt"))).toBe(false);
});

test("work that is merged already is prepared as it stands", async () => {
  await using repository = await createTestRepository();
  const merges = mergesOf(repository);
  const commit = await repository.git(["rev-parse", "main"]);
  expect(await prepared(merges, commit)).toMatchObject({
    mergedCommit: commit,
    toProve: undefined,
  });
  expect(await merges.isMerged(commit, "main")).toBe(true);
  expect(await merges.isMerged(commit, "gone")).toBe(false);
  expect(await merges.isMerged("", "main")).toBe(false);
});

test("a conflict names its files and shows its parts, and the next merge finds no trace", async () => {
  await using repository = await createTestRepository();
  const merges = mergesOf(repository);
  const commit = await worked(repository, { "a.txt": "mine\n", "sp ace é.txt": "mine\n" });
  const clean = await worked(repository, { "b.txt": "b\n" });
  const main = await repository.commit({ "a.txt": "theirs\n", "sp ace é.txt": "x\n" }, "Theirs");

  const request = { taskId: "t1", title: TITLE, commit, targetBranch: "main" };
  const conflict = await merges.prepareMerge(request, NEVER);

  expect(conflict).toMatchObject({
    kind: "conflict",
    files: ["a.txt", "sp ace é.txt"],
    targetCommit: main,
  });
  expect(conflict.kind === "conflict" && conflict.excerpt).toMatch(/theirs[^]*mine/);
  expect(existsSync(join(pathOf(await prepared(merges, clean)), "b.txt"))).toBe(true);
});

test("a conflict between a change and a deletion is explained, and a huge one is cut", async () => {
  await using repository = await createTestRepository();
  const merges = mergesOf(repository);
  const changed = await worked(repository, { "a.txt": "mine\n" });
  const huge = await worked(repository, { "big.txt": "mine\n".repeat(20_000) });
  await rm(join(repository.root, "a.txt"));
  await repository.commit({ "big.txt": "theirs\n".repeat(20_000) }, "Theirs");
  const request = { taskId: "t1", title: TITLE, commit: changed, targetBranch: "main" };

  const deletion = await merges.prepareMerge(request, NEVER);
  expect(deletion).toMatchObject({ kind: "conflict", files: ["a.txt"] });
  expect(deletion.kind === "conflict" && deletion.excerpt).toContain("modify/delete");
  const big = await merges.prepareMerge({ ...request, commit: huge }, NEVER);
  expect(big.kind === "conflict" && big.excerpt.length).toBeLessThan(12_100);
});

test("a target that is gone is told, and a commit that is gone is an error", async () => {
  await using repository = await createTestRepository();
  const merges = mergesOf(repository);
  const request = { taskId: "t1", title: TITLE, commit: "0".repeat(40), targetBranch: "gone" };
  expect(await merges.prepareMerge(request, NEVER)).toEqual({ kind: "missing_target" });
  await expect(
    merges.prepareMerge({ ...request, targetBranch: "main" }, NEVER),
  ).rejects.toMatchObject({
    code: "REPOSITORY_UNUSABLE",
  });
});

test("a scratch folder that a crash has left in any state is used again", async () => {
  await using repository = await createTestRepository();
  const merges = mergesOf(repository);
  const commit = await worked(repository, { "a.txt": "mine\n" });
  await repository.commit({ "c.txt": "c\n" }, "Elsewhere");
  const path = pathOf(await prepared(merges, commit));
  await repository.write("stray.txt", "x\n", path);
  await repository.git(["checkout", "--quiet", "main~0"], path);
  const theirs = await repository.commit({ "a.txt": "theirs\n" }, "Theirs", path);
  await repository.git(["merge", "--quiet", commit], path).catch(() => "conflict");
  const gitDir = await repository.git(["rev-parse", "--absolute-git-dir"], path);
  await writeFile(join(gitDir, "index.lock"), "");
  expect(theirs).not.toBe(commit);

  expect(pathOf(await prepared(merges, commit))).toBe(path);
  expect(existsSync(join(path, "stray.txt"))).toBe(false);
  await rm(path, { recursive: true });
  expect(pathOf(await prepared(merges, commit))).toBe(path);
});

test("a merge and a task that begin at once do not take the same worktree that waits", async () => {
  await using repository = await createTestRepository();
  const deps = { ...repository.deps, warm: { max: 1, always: true } };
  const commit = await worked(repository, { "b.txt": "b\n" });
  await repository.commit({ "c.txt": "c\n" }, "Elsewhere");
  const workspaces = createWorktrees(deps);
  await workspaces.prewarm(NEVER);
  const [merge, workspace] = await Promise.all([
    prepared(createMergeRepository(deps), commit),
    workspaces.prepare(request(1), NEVER),
  ]);
  expect(existsSync(join(pathOf(merge), "b.txt"))).toBe(true);
  expect(await repository.git(["status", "--porcelain", "--branch"], workspace.path)).toBe(
    "## orchestra/t1-work/1",
  );
});
