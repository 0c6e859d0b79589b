import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { REMOVE, request } from "./testing/requests.ts";
import {
  createTestRepository,
  NEVER,
  WARM,
  type TestRepository,
} from "./testing/test-repository.ts";

const REMOVER = fileURLToPath(new URL("testing/remove.ts", import.meta.url));

const OTHER = { taskId: "t2", attemptId: "t2-1", branch: "orchestra/t2-work/1" };
const THIRD = { taskId: "t3", attemptId: "t3-1", branch: "orchestra/t3-work/1" };

const warmIn = ({ worktreesRoot }: TestRepository): string[] => {
  const folder = join(worktreesRoot, ".warm");
  return existsSync(folder) ? readdirSync(folder) : [];
};

test("the worktree of an ended task is the next one's, with nothing of the first one in it", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspacesWith({ warm: WARM });
  const first = await workspaces.prepare(request(1), NEVER);
  const file = statSync(join(first.path, "a.txt")).ino;
  await repository.commit({ "mine.txt": "mine\n" }, "Mine", first.path);
  const replaced = await repository.commit({ "old.txt": "old\n" }, "Replaced", first.path);
  await repository.git(["reset", "--quiet", "--hard", "HEAD^"], first.path);
  await repository.write("deps/cache", "ignored\n", first.path);
  await repository.write("left.txt", "uncommitted\n", first.path);
  await repository.git(["config", "extensions.worktreeConfig", "true"]);
  await repository.git(["config", "--worktree", "user.name", "Mallory"], first.path);

  await workspaces.remove(REMOVE);
  expect([existsSync(first.path), warmIn(repository)]).toEqual([false, ["boot-1"]]);
  expect(await workspaces.list()).toEqual([]);
  const next = await workspaces.prepare(request(1, OTHER), NEVER);

  expect(statSync(join(next.path, "a.txt")).ino).toBe(file);
  expect(readdirSync(next.path).toSorted()).toEqual([".git", ".gitignore", "a.txt"]);
  expect(await repository.git(["status", "--porcelain", "--branch"], next.path)).toBe(
    "## orchestra/t2-work/1",
  );
  expect(await repository.git(["log", "-g", "--format=%s", "HEAD"], next.path)).toBe("First");
  const settings = await repository.git(["config", "--list"], next.path);
  expect(settings).not.toContain("Mallory");
  const kept = (await workspaces.rescued()).map(({ commit, taskId }) => ({ commit, taskId }));
  expect(kept).toContainEqual({ commit: replaced, taskId: "t1" });
  expect(warmIn(repository)).toEqual([]);
  expect((await repository.git(["worktree", "list"])).split("\n")).toHaveLength(2);
});

test("tasks that begin at once get a worktree each, and no more are kept than configured", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspacesWith({ warm: { max: 2, always: true } });
  const begin = async (): Promise<string[]> => {
    const requests = [request(1), request(1, OTHER), request(1, THIRD)];
    const made = await Promise.all(requests.map(async (one) => workspaces.prepare(one, NEVER)));
    return made.map(({ path }) => path);
  };
  await begin();
  for (const taskId of ["t1", "t2", "t3"]) {
    const branches = [`orchestra/${taskId}-work/1`];
    await workspaces.remove({ ...REMOVE, taskId, branches });
  }
  expect(warmIn(repository)).toEqual(["boot-1", "boot-2"]);

  for (const path of await begin()) {
    expect(await repository.git(["status", "--porcelain"], path)).toBe("");
    expect(readFileSync(join(path, "a.txt"), "utf8")).toBe("one\n");
  }
  expect(warmIn(repository)).toEqual([]);
});

test("tasks that end while others begin leave them their worktrees whole", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspacesWith({ warm: { max: 2, always: true } });
  const workLane = async (lane: number): Promise<void> => {
    for (let round = 0; round < 6; round += 1) {
      const taskId = `lane${lane}-${round}`;
      const branch = `orchestra/${taskId}-work/1`;
      const attempt = { taskId, attemptId: `${taskId}-1`, branch };
      const { path } = await workspaces.prepare(request(1, attempt), NEVER);
      expect(await repository.git(["rev-parse", "--show-toplevel"], path)).toBe(path);
      expect(await repository.git(["status", "--porcelain"], path)).toBe("");
      await workspaces.remove({ ...REMOVE, taskId, branches: [branch] });
    }
  };
  await Promise.all([1, 2, 3, 4, 5].map(workLane));
});

test("a worktree with a file that git was told not to look at is kept as the others are", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspacesWith({ warm: WARM });
  const { path } = await workspaces.prepare(request(1), NEVER);
  await repository.git(["update-index", "--assume-unchanged", "a.txt"], path);
  await repository.write("a.txt", "changed\n", path);

  await workspaces.remove(REMOVE);
  expect(warmIn(repository)).toHaveLength(1);

  const next = await workspaces.prepare(request(2), NEVER);
  expect(readFileSync(join(next.path, "a.txt"), "utf8")).not.toBe("changed\n");
  expect(await repository.git(["ls-files", "-v", "a.txt"], next.path)).toBe("H a.txt");
});

test("a worktree whose repository the agent has put away is removed", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspacesWith({ warm: WARM });
  const { path } = await workspaces.prepare(request(1), NEVER);
  renameSync(join(path, ".git"), join(path, "git-backup"));

  await workspaces.remove(REMOVE);

  expect([existsSync(path), warmIn(repository)]).toEqual([false, []]);
});

test("a small repository keeps none, unless that is asked for", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  await workspaces.prepare(request(1), NEVER);
  await workspaces.remove(REMOVE);
  expect(warmIn(repository)).toEqual([]);
});

test.each(["given back", "taken"])(
  "one that was killed while it was %s is made anew",
  async (how) => {
    await using repository = await createTestRepository();
    const workspaces = repository.workspacesWith({ warm: WARM });
    const { path } = await workspaces.prepare(request(1), NEVER);
    await workspaces.remove(REMOVE);
    // The record names the task's folder, and the files still, or already, lie with the kept ones.
    const taken = how === "taken" ? path.replace(/t1$/, "t2") : path;
    const record = join(repository.root, ".git/worktrees/t1/gitdir");
    writeFileSync(record, `${join(taken, ".git")}\n`);

    await workspaces.remove(REMOVE);
    const next = await workspaces.prepare(request(1, OTHER), NEVER);

    expect(await repository.git(["status", "--porcelain"], next.path)).toBe("");
    expect((await repository.git(["worktree", "list"])).split("\n")).toHaveLength(2);
    expect(warmIn(repository)).toEqual([]);
  },
);

test("a worktree is made for the next task before it comes, and no second one", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspacesWith({ warm: { max: 2, always: true } });
  await workspaces.prewarm(NEVER);
  const [waiting = ""] = warmIn(repository);
  const file = statSync(join(repository.worktreesRoot, ".warm", waiting, "a.txt")).ino;
  await workspaces.prewarm(NEVER);
  expect(warmIn(repository)).toEqual(["boot-1"]);

  await repository.commit({ "new.txt": "new\n" }, "Later");
  const { path } = await workspaces.prepare(request(1), NEVER);
  expect(statSync(join(path, "a.txt")).ino).toBe(file);
  expect(readdirSync(path).toSorted()).toEqual([".git", ".gitignore", "a.txt", "new.txt"]);
  expect(await repository.git(["log", "-g", "--format=%s", "HEAD"], path)).toBe("Later");
});

test("no worktree is made before a task comes where that is quick, or none may be kept", async () => {
  await using repository = await createTestRepository();
  await repository.workspacesWith({ warm: { max: 2, always: false } }).prewarm(NEVER);
  await repository.workspacesWith({ warm: { max: 0, always: true } }).prewarm(NEVER);
  expect(existsSync(repository.worktreesRoot)).toBe(false);
});

test("what is left of one that was broken off is in nobody's way", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspacesWith({ warm: { max: 2, always: true } });
  const left = join(repository.worktreesRoot, ".warming");
  await repository.git(["worktree", "add", "--quiet", "--detach", left]);
  await workspaces.prepare(request(1), NEVER);
  expect([existsSync(left), await repository.git(["worktree", "list"])]).toEqual([
    false,
    expect.not.stringContaining(".warming"),
  ]);

  await repository.commit({ ".gitattributes": "*.big filter=slow\n", "a.big": "" }, "Big");
  const begun = join(repository.folder, "begun");
  await repository.git(["config", "filter.slow.smudge", `: > '${begun}'; exec sleep 60`]);
  const stop = new AbortController();
  const making = workspaces.prewarm(stop.signal);
  await expect.poll(() => existsSync(begun)).toBe(true);
  stop.abort(new Error("The queue has ended."));
  await expect(making).rejects.toThrow("The queue has ended.");
  expect(readdirSync(repository.worktreesRoot)).toEqual(["t1"]);
});

test.each([
  ["with git", "kill -KILL $PPID"],
  ["while git goes on", "exec sleep 60"],
])(
  "a removal that is killed %s while the files are reset loses nothing, and passes nothing on",
  async (_how, then) => {
    await using repository = await createTestRepository();
    const armed = join(repository.folder, "armed");
    const kill = `kill -KILL $(ps -o ppid= -p $PPID)`;
    const filter = `if rm '${armed}' 2> /dev/null; then ${kill}; ${then}; fi; cat`;
    await repository.git(["config", "filter.fragile.smudge", filter]);
    const files = { ".gitattributes": "b.txt filter=fragile\n", "b.txt": "as it was\n" };
    await repository.commit(files, "A fragile file");
    const workspaces = repository.workspacesWith({ warm: WARM });
    const killRemoval = async (): Promise<void> => {
      const { path } = await workspaces.prepare(request(1), NEVER);
      await repository.write("deps/cache", "ignored\n", path);
      const work = await repository.commit({ "b.txt": "the work\n", "c.txt": "" }, "Work", path);
      writeFileSync(armed, "");
      const removal = [repository.root, repository.worktreesRoot, JSON.stringify(REMOVE)];
      const killed = await execa(process.execPath, [REMOVER, ...removal], { reject: false });
      expect(killed.signal).toBe("SIGKILL");
      expect((await workspaces.rescued()).map(({ commit }) => commit)).toContain(work);
      expect(await workspaces.list()).toEqual(["t1"]);
      expect(warmIn(repository)).toEqual([]);
    };
    for (const next of [request(1, OTHER), request(2)]) {
      await killRemoval();
      const { path } = await workspaces.prepare(next, NEVER);
      expect(readFileSync(join(path, "b.txt"), "utf8")).toBe("as it was\n");
      expect(readdirSync(path)).not.toContain("deps");
      expect(await repository.git(["status", "--porcelain"], path)).toBe("");
      await workspaces.remove({ ...REMOVE, taskId: next.taskId, branches: [next.branch] });
      await workspaces.remove(REMOVE);
    }
    await killRemoval();
    await workspaces.remove(REMOVE);
    expect(await workspaces.list()).toEqual([]);
  },
);
