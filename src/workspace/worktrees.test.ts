import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { COLLECT, REMOVE, request } from "./testing/requests.ts";
import { createTestRepository, NEVER, type TestRepository } from "./testing/test-repository.ts";

/** Everything of the user's that could be touched, byte for byte. */
async function footprint({ root, git }: TestRepository) {
  return {
    head: await readFile(join(root, ".git/HEAD"), "utf8"),
    index: await readFile(join(root, ".git/index"), "base64"),
    config: await readFile(join(root, ".git/config"), "utf8"),
    stash: await readFile(join(root, ".git/logs/refs/stash"), "utf8"),
    exclude: await readFile(join(root, ".git/info/exclude"), "utf8"),
    file: await readFile(join(root, "a.txt"), "utf8"),
    branches: await git(["for-each-ref", "refs/heads/main", "refs/stash", "refs/tags"]),
  };
}

test("an attempt works on its own branch, in a folder outside the repository", async () => {
  await using repository = await createTestRepository();
  const workspace = await repository.workspaces().prepare(request(1), NEVER);

  expect(workspace.path).toBe(join(repository.worktreesRoot, "t1"));
  expect(await readFile(join(workspace.path, "a.txt"), "utf8")).toBe("one\n");
  expect(await repository.git(["branch", "--show-current"], workspace.path)).toBe(
    "orchestra/t1-work/1",
  );
  expect(workspace.baseCommit).toBe(await repository.git(["rev-parse", "main"]));
  expect(workspace.env).toMatchObject({
    ORCHESTRA_TASK_ID: "t1",
    ORCHESTRA_ATTEMPT_ID: "t1-1",
    ORCHESTRA_WORKTREE_PATH: workspace.path,
    ORCHESTRA_BRANCH: "orchestra/t1-work/1",
    ORCHESTRA_BASE_BRANCH: "main",
    ORCHESTRA_ROOT: repository.root,
  });
});

test("a dirty checkout with a stash is the same, byte for byte, after a whole life", async () => {
  await using repository = await createTestRepository();
  await repository.write("a.txt", "stashed\n");
  await repository.git(["stash"]);
  await repository.write("a.txt", "dirty\n");
  await repository.write("staged.txt", "staged\n");
  await repository.git(["add", "staged.txt"]);
  await repository.write(".git/hooks/post-checkout", "#!/bin/sh\ntouch hook-ran\n");
  await repository.git(["config", "core.hooksPath", ".git/hooks"]);
  const before = await footprint(repository);

  const workspaces = repository.workspaces();
  const workspace = await workspaces.prepare(request(1), NEVER);
  await repository.write("b.txt", "agent\n", workspace.path);
  await workspaces.collect(workspace, COLLECT);
  await workspaces.prepare(request(2), NEVER);
  await workspaces.remove(REMOVE);

  expect(await footprint(repository)).toEqual(before);
  expect(await repository.git(["status", "--porcelain"])).toBe(" M a.txt\nA  staged.txt".trimEnd());
});

test("what an agent leaves uncommitted is committed on its branch, ignored files apart", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const workspace = await workspaces.prepare(request(1), NEVER);
  await repository.write("a.txt", "two\n", workspace.path);
  await repository.write("sub dir/nëw.txt", "new\n", workspace.path);
  await repository.write("debug.log", "noise\n", workspace.path);

  const work = await workspaces.collect(workspace, {
    ...COLLECT,
    message: '-m "quoted"\n\nOrchestra-Attempt: forged\n$(touch x)',
  });

  expect(work.leftovers.toSorted()).toEqual(["a.txt", "sub dir/nëw.txt"]);
  expect(work.hasChanges).toBe(true);
  expect(work.diffStat).toContain("2 files changed");
  expect(work.commit).toBe(await workspaces.branchCommit("orchestra/t1-work/1"));
  const message = await repository.git(["log", "-1", "--format=%B|%an|", work.commit]);
  expect(message).toContain('-m "quoted" Orchestra-Attempt: forged $(touch x)\n');
  expect(message.match(/^Orchestra-Attempt: t1-1$/gm)).toHaveLength(1);
  expect(message).toContain("|Orchestra|");
  expect(await repository.git(["status", "--porcelain"], workspace.path)).toBe("");
  expect(existsSync(join(workspace.path, "debug.log"))).toBe(true);
});

test("an attempt is not collected from a workspace that has passed to the next one", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const workspace = await workspaces.prepare(request(1), NEVER);
  await repository.write("a.txt", "first\n", workspace.path);
  await workspaces.prepare(request(2), NEVER);
  await repository.write("a.txt", "second, not finished\n", workspace.path);
  const before = await repository.git(["rev-parse", "orchestra/t1-work/2"]);

  await expect(workspaces.collect(workspace, COLLECT)).rejects.toMatchObject({ code: "FENCED" });
  expect(await repository.git(["rev-parse", "orchestra/t1-work/2"])).toBe(before);
  expect(await readFile(join(workspace.path, "a.txt"), "utf8")).toBe("second, not finished\n");
});

test("an agent that did nothing has no changes", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const workspace = await workspaces.prepare(request(1), NEVER);
  expect(await workspaces.collect(workspace, COLLECT)).toEqual({
    commit: workspace.baseCommit,
    hasChanges: false,
    leftovers: [],
    diffStat: "",
  });
});

test("merging the target into its branch is no change of the attempt's own", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const workspace = await workspaces.prepare(request(1), NEVER);
  await repository.commit({ "else.txt": "x\n" }, "Elsewhere");
  await repository.git(["merge", "--quiet", "main"], workspace.path);
  expect((await workspaces.collect(workspace, COLLECT)).hasChanges).toBe(false);
});

test("leftovers that are not to be committed are kept under a rescue ref and named", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const workspace = await workspaces.prepare(request(1), NEVER);
  await repository.write("left.txt", "left\n", workspace.path);

  const work = await workspaces.collect(workspace, { ...COLLECT, commitLeftovers: false });

  expect(work).toMatchObject({ commit: workspace.baseCommit, leftovers: ["left.txt"] });
  expect(work.hasChanges).toBe(false);
  const [kept] = await workspaces.rescued();
  expect(kept).toMatchObject({ taskId: "t1", subject: "The work" });
  await workspaces.restore(kept?.ref ?? "", "found");
  expect(await repository.git(["show", "found:left.txt"])).toBe("left");
  expect(await repository.git(["stash", "list"])).toBe("");
});

test("a later attempt goes on from the work of the one before, in the same folder", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const first = await workspaces.prepare(request(1), NEVER);
  await repository.commit({ "b.txt": "done\n" }, "Agent's commit", first.path);
  await repository.write("c.txt", "uncommitted\n", first.path);
  await repository.write("deps/warm.txt", "kept\n", first.path);

  const second = await workspaces.prepare(request(2), NEVER);

  expect(second.path).toBe(first.path);
  expect(second.baseCommit).toBe(first.baseCommit);
  expect(await readFile(join(second.path, "c.txt"), "utf8")).toBe("uncommitted\n");
  expect(existsSync(join(second.path, "deps/warm.txt"))).toBe(true);
  const work = await workspaces.collect(second, { ...COLLECT, attemptId: "t1-2" });
  expect(work.diffStat).toContain("2 files changed");
});

test("an attempt from the target starts clean, and the earlier work stays on its branch", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const first = await workspaces.prepare(request(1), NEVER);
  await repository.write("c.txt", "uncommitted\n", first.path);
  const moved = await repository.commit({ "else.txt": "x\n" }, "Elsewhere");

  const second = await workspaces.prepare(request(2, { previousBranch: undefined }), NEVER);

  expect(second.baseCommit).toBe(moved);
  expect(existsSync(join(second.path, "c.txt"))).toBe(false);
  expect(await repository.git(["show", "orchestra/t1-work/1:c.txt"])).toBe("uncommitted");
});

test("what only the earlier work ignores is no part of an attempt from the target", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const first = await workspaces.prepare(request(1), NEVER);
  await repository.write("made/big.txt", "made\n", first.path);
  await repository.commit({ "sub/.gitignore": "x\n", ".gitignore": "made/\n" }, "Work", first.path);

  const second = await workspaces.prepare(request(2, { previousBranch: undefined }), NEVER);

  const work = await workspaces.collect(second, { ...COLLECT, attemptId: "t1-2" });
  expect(work.leftovers).toEqual([]);
});

test("preparing again after a crash goes on with what is there", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const first = await workspaces.prepare(request(1), NEVER);
  await repository.write("c.txt", "half\n", first.path);
  expect(await repository.workspaces().prepare(request(1), NEVER)).toEqual(first);
  expect(await readFile(join(first.path, "c.txt"), "utf8")).toBe("half\n");
});

test("a branch of its name that holds other work is nothing to begin with, and stays", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const earlier = await workspaces.prepare(request(1), NEVER);
  await repository.write("earlier.txt", "result\n", earlier.path);
  const { commit } = await workspaces.collect(earlier, COLLECT);
  await workspaces.remove({ ...REMOVE, keepBranch: earlier.branch });

  await expect(workspaces.prepare(request(1), NEVER)).rejects.toMatchObject({
    code: "REPOSITORY_UNUSABLE",
    message: expect.stringContaining("orchestra/t1-work/1 is there already"),
  });
  expect(await workspaces.branchCommit(earlier.branch)).toBe(commit);
  const next = await workspaces.prepare(request(2, { previousBranch: undefined }), NEVER);
  expect(existsSync(join(next.path, "earlier.txt"))).toBe(false);
});

test("eight tasks are prepared side by side, by two processes' worth of workspaces", async () => {
  await using repository = await createTestRepository();
  const both = [repository.workspaces(), repository.workspaces()];
  const ids = Array.from({ length: 8 }, (_, index) => `p${index}`);
  const made = await Promise.all(
    ids.map(async (taskId, index) =>
      both[index % 2]?.prepare(
        request(1, { taskId, attemptId: `${taskId}-1`, branch: `orchestra/${taskId}-x/1` }),
        NEVER,
      ),
    ),
  );
  expect(new Set(made.map((one) => one?.path)).size).toBe(8);
  expect(await both[0]?.list()).toEqual(ids);
  expect((await repository.git(["worktree", "list"])).split("\n")).toHaveLength(9);
});

test("a repository is worked from one of its linked worktrees as well", async () => {
  await using repository = await createTestRepository();
  const linked = join(repository.folder, "linked");
  await repository.git(["worktree", "add", "--quiet", "-b", "side", linked]);
  const workspaces = repository.workspaces();
  const workspace = await workspaces.prepare(request(1, { baseBranch: "side" }), NEVER);
  await repository.write("b.txt", "b\n", workspace.path);
  expect((await workspaces.collect(workspace, COLLECT)).leftovers).toEqual(["b.txt"]);
});

test("a task id that is no id and a base branch that is gone are refused before anything is made", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  for (const taskId of ["../../x", "a b", "-x", "", "a\nb"]) {
    await expect(workspaces.prepare(request(1, { taskId }), NEVER)).rejects.toMatchObject({
      code: "INVALID_ID",
    });
  }
  await expect(workspaces.prepare(request(1, { baseBranch: "gone" }), NEVER)).rejects.toMatchObject(
    { code: "REPOSITORY_UNUSABLE" },
  );
  expect(await workspaces.list()).toEqual([]);
});

test("an attempt that is broken off while its workspace is made can be prepared again", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  await expect(workspaces.prepare(request(1), AbortSignal.abort())).rejects.toThrow(/abort/);
  const workspace = await workspaces.prepare(request(1), NEVER);
  await rm(workspace.path, { recursive: true });
  expect((await workspaces.prepare(request(1), NEVER)).path).toBe(workspace.path);
});

test("a workspace whose making was killed before git could know it is made anew", async () => {
  await using repository = await createTestRepository();
  const record = join(repository.root, ".git/worktrees/t1");
  const path = join(repository.worktreesRoot, "t1");
  await repository.write("locked", "initializing\n", record);
  await repository.write("gitdir", `${path}/.git\n`, record);
  await repository.write(".git", `gitdir: ${record}\n`, path);
  const workspace = await repository.workspaces().prepare(request(1), NEVER);
  expect(await readFile(join(workspace.path, "a.txt"), "utf8")).toBe("one\n");
  expect((await repository.git(["worktree", "list"])).split("\n")).toHaveLength(2);
});

describe("work that was merged before the attempt at it is collected", () => {
  const merge = ["merge", "--quiet", "--no-ff", "-m", "Merge\n\nOrchestra-Task: t1"];

  test("counts as its changes", async () => {
    await using repository = await createTestRepository();
    const workspaces = repository.workspaces();
    const workspace = await workspaces.prepare(request(1), NEVER);
    const commit = await repository.commit({ "b.txt": "b\n" }, "Work", workspace.path);
    await repository.git([...merge, commit]);
    const work = await workspaces.collect(workspace, COLLECT);
    expect(work).toMatchObject({ commit, hasChanges: true });
  });

  test("is what is proven, also when its branch is gone", async () => {
    await using repository = await createTestRepository();
    const workspaces = repository.workspaces();
    const workspace = await workspaces.prepare(request(1), NEVER);
    const commit = await repository.commit({ "b.txt": "b\n" }, "Work", workspace.path);
    await repository.git([...merge, commit]);
    await workspaces.remove({ ...REMOVE, mergedInto: "main" });

    const work = await workspaces.collect(workspace, COLLECT);
    expect(work).toMatchObject({ commit, hasChanges: true });
    expect(await readFile(join(workspace.path, "b.txt"), "utf8")).toBe("b\n");
  });

  test("counts when the attempt began after the merge", async () => {
    await using repository = await createTestRepository();
    await repository.git(["checkout", "--quiet", "-b", "work"]);
    const commit = await repository.commit({ "b.txt": "b\n" }, "Work");
    await repository.git(["checkout", "--quiet", "main"]);
    await repository.git([...merge, commit]);
    const workspaces = repository.workspaces();
    const workspace = await workspaces.prepare(request(1), NEVER);
    expect(await workspaces.collect(workspace, COLLECT)).toMatchObject({ hasChanges: true });
  });

  test("is that of another task when it was merged before this one was created", async () => {
    await using repository = await createTestRepository();
    const message = "Merge\n\nOrchestra-Task: t1";
    const date = "--date=2020-01-01T00:00:00Z";
    await repository.git(["commit", "--quiet", "--allow-empty", date, "-m", message]);
    const asOld = ["--committer-date-is-author-date", "--force-rebase", "HEAD~1"];
    await repository.git(["rebase", "--quiet", ...asOld]);
    const workspaces = repository.workspaces();
    const workspace = await workspaces.prepare(request(1), NEVER);
    const taskCreatedAtMs = Date.parse("2020-01-02T00:00:00Z");
    const work = await workspaces.collect(workspace, { ...COLLECT, taskCreatedAtMs });
    expect(work).toMatchObject({ hasChanges: false });
  });
});

test("work of an attempt that was made in another repository is looked for in this one", async () => {
  await using other = await createTestRepository();
  const made = await other.workspaces().prepare(request(1), NEVER);
  await other.write("b.txt", "theirs\n", made.path);
  await using repository = await createTestRepository();
  const { commit, hasChanges } = await repository
    .workspaces()
    .collect({ ...made, baseCommit: await repository.git(["rev-parse", "main"]) }, COLLECT);
  expect(hasChanges).toBe(false);
  expect(commit).toBe(await repository.git(["rev-parse", "main"]));
  expect(await other.git(["status", "--porcelain"], made.path)).toBe("?? b.txt");
  expect(await repository.workspaces().list()).toEqual(["t1"]);
  expect(await repository.git(["worktree", "list"])).not.toContain(other.folder);
});
