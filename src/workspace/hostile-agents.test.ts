import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { COLLECT, REMOVE, request } from "./testing/requests.ts";
import { createTestRepository, NEVER, type TestRepository } from "./testing/test-repository.ts";
import { locksOfRepository } from "./what-is-there.ts";
import type { Workspace } from "./workspace.ts";

const REQUEST = request(1);
const BRANCH = REQUEST.branch;
const NEXT = request(2, { previousBranch: undefined });

async function started(): Promise<
  AsyncDisposable & {
    readonly repository: TestRepository;
    readonly workspace: Workspace;
    readonly workspaces: ReturnType<TestRepository["workspaces"]>;
    /** Git as the agent runs it. */
    readonly git: (...args: readonly string[]) => Promise<string>;
    readonly commit: (name: string) => Promise<string>;
  }
> {
  const repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const workspace = await workspaces.prepare(REQUEST, NEVER);
  return {
    repository,
    workspaces,
    workspace,
    git: async (...args) => repository.git(args, workspace.path),
    commit: async (name) => repository.commit({ [name]: `${name}\n` }, name, workspace.path),
    [Symbol.asyncDispose]: async () => repository[Symbol.asyncDispose](),
  };
}

/** Whether a ref holds `commit` when all reflogs are forgotten. */
async function isKept({ git }: TestRepository, commit: string): Promise<boolean> {
  await git(["reflog", "expire", "--expire=now", "--all"]);
  await git(["gc", "--prune=now", "--quiet"]);
  return (await git(["for-each-ref", "--contains", commit])) !== "";
}

test("work on a detached HEAD is brought to the attempt's branch", async () => {
  await using it = await started();
  await it.git("checkout", "--quiet", "--detach");
  const commit = await it.commit("b.txt");
  await it.repository.write("c.txt", "c\n", it.workspace.path);

  const work = await it.workspaces.collect(it.workspace, COLLECT);

  expect(await it.git("rev-parse", `${BRANCH}~1`)).toBe(commit);
  expect(work.leftovers).toEqual(["c.txt"]);
  expect(await it.git("branch", "--show-current")).toBe(BRANCH);
});

test("work on a branch of the agent's own choice is brought to the attempt's branch", async () => {
  await using it = await started();
  await it.git("switch", "--quiet", "-c", "my-fix");
  const commit = await it.commit("b.txt");
  expect((await it.workspaces.collect(it.workspace, COLLECT)).commit).toBe(commit);
  expect(await it.git("branch", "--show-current")).toBe(BRANCH);
});

test("an agent that ends looking at an older commit loses neither work nor changes", async () => {
  await using it = await started();
  const commit = await it.commit("b.txt");
  await it.git("checkout", "--quiet", "HEAD~1");
  await it.repository.write("c.txt", "c\n", it.workspace.path);

  expect((await it.workspaces.collect(it.workspace, COLLECT)).commit).toBe(commit);

  expect(existsSync(join(it.workspace.path, "b.txt"))).toBe(true);
  const [kept] = await it.workspaces.rescued();
  expect(await it.git("show", `${kept?.ref}:c.txt`)).toBe("c");
});

test("a deleted branch is made again with the work", async () => {
  await using it = await started();
  const commit = await it.commit("b.txt");
  await it.git("switch", "--quiet", "--detach");
  await it.git("branch", "-D", BRANCH);
  expect((await it.workspaces.collect(it.workspace, COLLECT)).commit).toBe(commit);
});

test("commits that were amended, reset away or deleted with their branch are kept", async () => {
  await using it = await started();
  const amended = await it.commit("b.txt");
  await it.git("commit", "--quiet", "--amend", "-m", "Amended");
  const reset = await it.commit("c.txt");
  await it.git("reset", "--quiet", "--hard", "HEAD~1");
  await it.git("switch", "--quiet", "-c", "gone");
  const deleted = await it.commit("d.txt");
  await it.git("switch", "--quiet", BRANCH);
  await it.git("branch", "-D", "gone");

  await it.workspaces.collect(it.workspace, COLLECT);
  await it.workspaces.remove(REMOVE);

  for (const commit of [amended, reset, deleted]) {
    expect(await isKept(it.repository, commit)).toBe(true);
  }
});

test("a rebase in progress is left, and every commit of it is kept", async () => {
  await using it = await started();
  const original = await it.commit("a.txt");
  await it.repository.commit({ "a.txt": "theirs\n" }, "Theirs");
  await it.git("rebase", "--quiet", "main").catch(() => "conflict");
  expect(await it.git("status")).toContain("rebase in progress");

  await it.workspaces.collect(it.workspace, COLLECT);

  expect(await it.git("status", "--porcelain=v2", "--branch")).toContain(`branch.head ${BRANCH}`);
  expect(await it.git("status")).not.toContain("rebase");
  await it.workspaces.remove(REMOVE);
  expect(await isKept(it.repository, original)).toBe(true);
});

test("a merge in progress with conflicts is committed as the files are, and no merge", async () => {
  await using it = await started();
  await it.commit("a.txt");
  await it.repository.commit({ "a.txt": "theirs\n" }, "Theirs");
  await it.git("merge", "--quiet", "main").catch(() => "conflict");

  const work = await it.workspaces.collect(it.workspace, COLLECT);

  expect(await it.git("show", `${work.commit}:a.txt`)).toContain("<<<<<<<");
  expect(await it.git("log", "-1", "--format=%p", work.commit)).not.toContain(" ");
  expect(await it.git("status")).not.toContain("merg");
});

test("a merge that was resolved but not committed is concluded", async () => {
  await using it = await started();
  await it.commit("a.txt");
  const theirs = await it.repository.commit({ "a.txt": "theirs\n" }, "Theirs");
  await it.git("merge", "--quiet", "main").catch(() => "conflict");
  await it.repository.write("a.txt", "both\n", it.workspace.path);
  await it.git("add", "a.txt");

  const { commit } = await it.workspaces.collect(it.workspace, COLLECT);

  expect(await it.git("rev-parse", `${commit}^2`)).toBe(theirs);
  expect(await it.git("show", `${commit}:a.txt`)).toBe("both");
});

test("a lock that was left on the branch of an attempt that never began goes with the next one", async () => {
  await using repository = await createTestRepository();
  const lock = join(repository.root, ".git/refs/heads/orchestra/t1-work/1.lock");
  await mkdir(dirname(lock), { recursive: true });
  await writeFile(lock, "");
  await repository.workspaces().prepare(request(2), NEVER);
  expect(existsSync(lock)).toBe(false);
});

test("a branch that has the name of the folder of ours is nobody's lock", async () => {
  await using repository = await createTestRepository();
  await repository.git(["branch", "orchestra"]);
  const work = repository.workspaces().prepare(REQUEST, NEVER);
  await expect(work).rejects.toThrow(/refs\/heads\/orchestra/);
  const { root: repositoryRoot, worktreesRoot } = repository;
  expect(await locksOfRepository({ repositoryRoot, worktreesRoot })).toEqual([]);
});

test("locks that a killed git has left are no obstacle", async () => {
  await using it = await started();
  const locks = ["index.lock", "HEAD.lock", `refs/heads/${BRANCH}.lock`];
  for (const name of locks) {
    const path = await it.git("rev-parse", "--path-format=absolute", "--git-path", name);
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, "");
  }
  await it.repository.write("b.txt", "b\n", it.workspace.path);
  expect((await it.workspaces.collect(it.workspace, COLLECT)).leftovers).toEqual(["b.txt"]);
});

test("a git command that a killed orchestrator has left running is ended first", async () => {
  await using it = await started();
  const gitDir = await it.git("rev-parse", "--absolute-git-dir");
  const lock = join(gitDir, "index.lock");
  const stray = execa("sh", ["-c", `touch '${lock}'; exec sleep 60`], {
    env: { GIT_DIR: gitDir },
    reject: false,
  });
  await expect.poll(() => existsSync(lock)).toBe(true);

  await it.workspaces.collect(it.workspace, COLLECT);

  expect((await stray).isTerminated).toBe(true);
});

test("a deleted workspace is made again for the checks, with what was committed", async () => {
  await using it = await started();
  const commit = await it.commit("b.txt");
  await it.git("checkout", "--quiet", "--detach");
  const detached = await it.commit("c.txt");
  await rm(it.workspace.path, { recursive: true });

  expect((await it.workspaces.collect(it.workspace, COLLECT)).commit).toBe(commit);

  expect(existsSync(join(it.workspace.path, "b.txt"))).toBe(true);
  expect(await isKept(it.repository, detached)).toBe(true);
});

test("a deleted .git file is put back", async () => {
  await using it = await started();
  await it.repository.write("b.txt", "b\n", it.workspace.path);
  await rm(join(it.workspace.path, ".git"));
  expect((await it.workspaces.collect(it.workspace, COLLECT)).leftovers).toEqual(["b.txt"]);
  expect(await it.git("branch", "--show-current")).toBe(BRANCH);
});

test.each(["--skip-worktree", "--assume-unchanged"])(
  "work in a file that git was told not to look at, by %s, is work like any other",
  async (option) => {
    await using it = await started();
    await it.repository.write("a.txt", "changed\n", it.workspace.path);
    await it.git("update-index", option, "a.txt");
    await it.commit("b.txt");

    const work = await it.workspaces.collect(it.workspace, COLLECT);
    expect(await it.repository.git(["show", `${work.commit}:a.txt`])).toBe("changed");
    expect(await readFile(join(it.workspace.path, "a.txt"), "utf8")).toBe("changed\n");
  },
);

test("a branch that was made another name of the target's does not lead there", async () => {
  await using it = await started();
  const main = await it.repository.git(["rev-parse", "main"]);
  const own = `refs/heads/${BRANCH}`;
  await it.git("update-ref", "-d", own);
  await it.git("symbolic-ref", own, "refs/heads/main");
  await it.repository.write("b.txt", "b\n", it.workspace.path);

  const work = await it.workspaces.collect(it.workspace, COLLECT);
  expect(await it.repository.git(["show", `${work.commit}:b.txt`])).toBe("b");
  expect(await it.repository.git(["rev-parse", "main", BRANCH])).toBe(`${main}\n${work.commit}`);
  await it.git("symbolic-ref", own, "refs/heads/main");
  await it.workspaces.remove(REMOVE);
  expect(await it.repository.git(["rev-parse", "main"])).toBe(main);
});

test.each(["untracked", ".gitignore"])(
  "commits and files of a worktree that an agent made in an %s folder inside are kept",
  async (ignoredBy) => {
    await using it = await started();
    if (ignoredBy === ".gitignore") {
      await it.repository.write(ignoredBy, ".trees\n", it.workspace.path);
    }
    const inner = join(it.workspace.path, ".trees/inner");
    await it.git("worktree", "add", "--quiet", "--detach", inner);
    const commit = await it.repository.commit({ "b.txt": "b\n" }, "Only there", inner);
    await it.repository.write("c.txt", "c\n", inner);

    await it.workspaces.collect(it.workspace, COLLECT);
    await it.workspaces.remove(REMOVE);
    expect(await it.repository.git(["worktree", "list"])).not.toContain("inner");
    const kept = (await it.workspaces.rescued()).map(async ({ ref }) =>
      it.repository.git(["ls-tree", "-r", "--name-only", ref]),
    );
    expect((await Promise.all(kept)).join("\n")).toMatch(/^(\.trees\/inner\/)?c\.txt$/m);
    expect(await isKept(it.repository, commit)).toBe(true);
  },
);

test("a pipe in the place of the .git file is not waited for", async () => {
  await using it = await started();
  await it.repository.write("b.txt", "b\n", it.workspace.path);
  const link = join(it.workspace.path, ".git");
  await rm(link);
  await execa("mkfifo", [link]);

  const work = await it.workspaces.collect(it.workspace, COLLECT);
  expect(await it.repository.git(["show", `${work.commit}:b.txt`])).toBe("b");
  expect((await readFile(link, "utf8")).startsWith("gitdir: ")).toBe(true);
});

test("a repository that an agent made in place of ours gives up its files and its commits", async () => {
  await using it = await started();
  await rm(join(it.workspace.path, ".git"));
  await it.git("init", "--quiet");
  const own = await it.commit("b.txt");

  expect((await it.workspaces.collect(it.workspace, COLLECT)).leftovers).toEqual(["b.txt"]);
  expect(await isKept(it.repository, own)).toBe(true);
});

test("files that git has forgotten are kept before the folder is used again", async () => {
  await using it = await started();
  await it.repository.write("b.txt", "b\n", it.workspace.path);
  await rm(join(it.repository.root, ".git/worktrees"), { recursive: true });

  await it.workspaces.prepare(NEXT, NEVER);

  const [kept] = await it.workspaces.rescued();
  expect(await it.git("show", `${kept?.ref}:b.txt`)).toBe("b");
  expect(existsSync(join(it.workspace.path, "b.txt"))).toBe(false);
});

test("a half made workspace is made anew", async () => {
  await using it = await started();
  const gitDir = await it.git("rev-parse", "--absolute-git-dir");
  await rm(join(gitDir, "orchestra.json"));
  await writeFile(join(gitDir, "locked"), "initializing");
  await rm(join(gitDir, "index"));
  await rm(join(it.workspace.path, "a.txt"));

  const workspace = await it.workspaces.prepare(REQUEST, NEVER);
  expect(await readFile(join(workspace.path, "a.txt"), "utf8")).toBe("one\n");
});

test("another repository in the place of a workspace is left alone", async () => {
  await using repository = await createTestRepository();
  const path = join(repository.worktreesRoot, "t1");
  await mkdir(path, { recursive: true });
  await repository.git(["init", "--quiet"], path);
  await expect(repository.workspaces().prepare(REQUEST, NEVER)).rejects.toMatchObject({
    code: "REPOSITORY_UNUSABLE",
  });
  expect(existsSync(join(path, ".git/HEAD"))).toBe(true);
});

// Root may read them anyway.
test("files and folders that nobody may read are work like any other", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const workspace = await workspaces.prepare(request(1), NEVER);
  await repository.write("locked.txt", "locked\n", workspace.path);
  await repository.write("closed/inside.txt", "inside\n", workspace.path);
  await chmod(join(workspace.path, "locked.txt"), 0o000);
  await chmod(join(workspace.path, "closed"), 0o000);

  const { commit } = await workspaces.collect(workspace, COLLECT);
  expect(await repository.git(["show", `${commit}:locked.txt`])).toBe("locked");
  expect(await repository.git(["show", `${commit}:closed/inside.txt`])).toBe("inside");
});

test("repositories inside, with and without a commit, are kept aside and not committed", async () => {
  await using it = await started();
  for (const name of ["empty", "full"]) {
    await it.repository.write(`${name}/file.txt`, `${name}\n`, it.workspace.path);
    await it.repository.git(["init", "--quiet"], join(it.workspace.path, name));
  }
  await it.repository.commit({ "more.txt": "x\n" }, "Inner", join(it.workspace.path, "full"));
  await it.repository.write("b.txt", "b\n", it.workspace.path);

  const work = await it.workspaces.collect(it.workspace, COLLECT);

  expect(work.leftovers).toEqual(["b.txt"]);
  expect(await it.git("ls-tree", "-r", "--name-only", work.commit)).toBe(
    ".gitignore\na.txt\nb.txt",
  );
  const [kept] = await it.workspaces.rescued();
  expect(await it.git("ls-tree", "-r", "--name-only", kept?.ref ?? "")).toContain(
    "empty/file.txt\nfull/file.txt\nfull/more.txt",
  );
});

test("an agent that goes to a branch without history loses nothing", async () => {
  await using it = await started();
  const commit = await it.commit("b.txt");
  await it.git("switch", "--quiet", "--orphan", "fresh");
  await it.repository.write("c.txt", "c\n", it.workspace.path);

  expect((await it.workspaces.collect(it.workspace, COLLECT)).commit).toBe(commit);
  const [kept] = await it.workspaces.rescued();
  expect(await it.git("ls-tree", "-r", "--name-only", kept?.ref ?? "")).toBe("c.txt");
});

test.each(["nested", "deps/nested"])(
  "commits of a repository that the agent made in %s are kept, of all its branches and its stash",
  async (folder) => {
    await using it = await started();
    const inside = join(it.workspace.path, folder);
    await mkdir(inside, { recursive: true });
    const git = async (...args: readonly string[]): Promise<string> =>
      it.repository.git(args, inside);
    await git("init", "--quiet", "--initial-branch=main");
    const commit = async (name: string): Promise<string> =>
      it.repository.commit({ [name]: `${name}\n` }, name, inside);
    const first = await commit("first");
    await git("switch", "--quiet", "--create", "other");
    const other = await commit("other");
    await git("switch", "--quiet", "main");
    await it.repository.write("first", "stashed\n", inside);
    await git("stash");
    const stash = await git("rev-parse", "refs/stash");

    await it.workspaces.collect(it.workspace, COLLECT);
    await it.workspaces.remove(REMOVE);

    const kept = (await it.workspaces.rescued()).map(({ ref }) => ref);
    const reachable = await it.repository.git(["rev-list", ...kept]);
    for (const id of [first, other, stash]) expect(reachable).toContain(id);
  },
);

test("work in a repository of which only the commit is tracked is kept, committed or not", async () => {
  await using it = await started();
  const inside = join(it.workspace.path, "inner");
  await mkdir(inside);
  await it.repository.git(["init", "--quiet", "--initial-branch=main"], inside);
  const first = await it.repository.commit({ "first.txt": "1\n" }, "First", inside);
  await it.git("add", "inner");
  await it.git("commit", "--quiet", "--message", "Link");
  const second = await it.repository.commit({ "second.txt": "2\n" }, "Second", inside);
  await it.repository.write("third.txt", "3\n", inside);

  await it.workspaces.collect(it.workspace, COLLECT);
  await it.workspaces.remove(REMOVE);

  const kept = (await it.workspaces.rescued()).map(({ ref }) => ref);
  const reachable = await it.repository.git(["rev-list", ...kept]);
  expect(reachable).toContain(first);
  expect(reachable).toContain(second);
  const files = await Promise.all(
    kept.map(async (ref) => it.repository.git(["ls-tree", "-r", "--name-only", ref])),
  );
  expect(files.join("\n")).toContain("third.txt");
});

test("what was committed in a submodule is kept", async () => {
  await using library = await createTestRepository();
  await using repository = await createTestRepository();
  const local = ["-c", "protocol.file.allow=always"];
  await repository.git([...local, "submodule", "--quiet", "add", library.root, "inner"]);
  await repository.commit({}, "Use the library");
  const workspaces = repository.workspaces();
  const { path } = await workspaces.prepare(request(1), NEVER);
  await repository.git([...local, "submodule", "--quiet", "update", "--init"], path);
  const commit = await repository.commit({ "b.txt": "b\n" }, "Better", join(path, "inner"));
  await repository.commit({}, "Use the better library", path);

  await workspaces.remove(REMOVE);

  const kept = (await workspaces.rescued()).map(({ commit: one }) => one);
  expect(kept).toContain(commit);
});

test("what was committed in a shallow clone is kept, without what was there before", async () => {
  await using it = await started();
  await using other = await createTestRepository();
  await other.commit({ "b.txt": "b\n" }, "Second");
  const clone = join(it.workspace.path, "deps/clone");
  const from = `file://${other.root}`;
  await it.repository.git(["clone", "--quiet", "--depth=1", from, clone]);
  await it.repository.commit({ "c.txt": "c\n" }, "Mine", clone);
  await it.repository.git(["rm", "--quiet", "c.txt"], clone);
  await it.repository.commit({ "d.txt": "d\n" }, "Mine, too", clone);

  await it.workspaces.remove(REMOVE);

  const [kept] = await it.workspaces.rescued();
  expect(kept).toMatchObject({ subject: "Mine, too" });
  expect(await it.repository.git(["log", "--format=%s", kept?.ref ?? ""])).toBe("Mine, too\nMine");
  expect(await it.repository.git(["show", `${kept?.ref}^:c.txt`])).toBe("c");
  expect(await it.repository.git(["rev-parse", "--is-shallow-repository"])).toBe("false");
});

test("repositories are looked for in what is ignored, but not among packages, and not for ever", async () => {
  await using it = await started();
  const repositoryIn = async (folder: string): Promise<string> => {
    const path = join(it.workspace.path, "deps", folder);
    await mkdir(path, { recursive: true });
    await it.repository.git(["init", "--quiet"], path);
    return it.repository.commit({ x: folder }, folder, path);
  };
  const [near] = [await repositoryIn("a/b"), await repositoryIn("node_modules/c")];
  for (let number = 0; number < 1_100; number += 1) {
    await mkdir(join(it.workspace.path, "deps/many", `${number}`), { recursive: true });
  }
  await repositoryIn("many/1050/far");

  await it.workspaces.remove(REMOVE);
  expect((await it.workspaces.rescued()).map(({ commit }) => commit)).toEqual([near]);
});
