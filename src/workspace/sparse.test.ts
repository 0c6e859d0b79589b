import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { COLLECT, REMOVE, request } from "./testing/requests.ts";
import {
  createTestRepository,
  NEVER,
  NO_CONFIG,
  type TestRepository,
} from "./testing/test-repository.ts";
import type { Workspaces } from "./workspace.ts";

const CONFIG = { ...NO_CONFIG, sparse: ["packages/shop", "tools"] };

async function monorepo(): Promise<TestRepository> {
  const repository = await createTestRepository();
  await repository.commit(
    {
      "packages/shop/main.ts": "shop\n",
      "packages/shop/src/cart.ts": "cart\n",
      "packages/bank/main.ts": "bank\n",
      "packages/package.json": "{}\n",
      "tools/build.sh": "build\n",
      "docs/index.md": "docs\n",
    },
    "Packages",
  );
  return repository;
}

const inTree = async (repository: TestRepository, commit: string): Promise<string[]> =>
  (await repository.git(["ls-tree", "-r", "--name-only", commit])).split("\n");

test("an agent finds the configured folders and what lies above them, and its work is the whole tree", async () => {
  await using repository = await monorepo();
  const workspaces = repository.workspaces(CONFIG);
  const workspace = await workspaces.prepare(request(1), NEVER);
  const there = ["packages/shop/src/cart.ts", "packages/package.json", "tools/build.sh", "a.txt"];
  const away = ["packages/bank", "docs"];
  const seen = [...there, ...away].map((name) => existsSync(join(workspace.path, name)));
  expect(seen).toEqual([true, true, true, true, false, false]);
  expect(await repository.git(["status", "--porcelain"], workspace.path)).toBe("");

  await repository.write("packages/shop/main.ts", "changed\n", workspace.path);
  await repository.write("docs/shop.md", "beyond the folders\n", workspace.path);
  rmSync(join(workspace.path, "tools/build.sh"));
  const { commit } = await workspaces.collect(workspace, COLLECT);

  const changes = await repository.git(["diff", "--name-status", "main", commit]);
  expect(changes).toBe("A\tdocs/shop.md\nM\tpackages/shop/main.ts\nD\ttools/build.sh");
  expect(await repository.git(["status", "--porcelain"])).toBe("");
});

test("where the index is lost, what was never there is not taken for removed", async () => {
  await using repository = await monorepo();
  const workspaces = repository.workspaces(CONFIG);
  const workspace = await workspaces.prepare(request(1), NEVER);
  await repository.write("packages/shop/main.ts", "changed\n", workspace.path);
  rmSync(join(workspace.path, "tools/build.sh"));
  rmSync(join(repository.root, ".git/worktrees/t1/index"));

  const { commit } = await workspaces.collect(workspace, COLLECT);

  const changes = await repository.git(["diff", "--name-status", "main", commit]);
  expect(changes).toBe("M\tpackages/shop/main.ts\nD\ttools/build.sh");
});

test("a worktree that is gone is made anew with these folders", async () => {
  await using repository = await monorepo();
  const workspaces = repository.workspaces(CONFIG);
  const workspace = await workspaces.prepare(request(1), NEVER);
  const work = await repository.commit(
    { "packages/shop/main.ts": "changed\n" },
    "Work",
    workspace.path,
  );
  rmSync(workspace.path, { recursive: true });

  const { commit } = await workspaces.collect(workspace, COLLECT);

  expect(commit).toBe(work);
  expect(existsSync(join(workspace.path, "packages/shop/main.ts"))).toBe(true);
  expect(existsSync(join(workspace.path, "packages/bank"))).toBe(false);
});

test("a worktree that is kept for the next task has the folders of then", async () => {
  await using repository = await monorepo();
  const workspaces = repository.workspacesWith({
    config: CONFIG,
    warm: { max: 1, always: true },
  });
  const { path } = await workspaces.prepare(request(1), NEVER);
  await repository.git(["sparse-checkout", "set", "docs"], path);
  await workspaces.remove(REMOVE);
  expect(await foldersOf(repository, workspaces)).toEqual([true, false]);

  const all = repository.workspacesWith({ warm: { max: 1, always: true } });
  expect(await foldersOf(repository, all)).toEqual([true, true]);
});

/** Which of two folders a task has that begins and ends. */
async function foldersOf(repository: TestRepository, workspaces: Workspaces): Promise<boolean[]> {
  const { path } = await workspaces.prepare(request(1), NEVER);
  expect(await repository.git(["status", "--porcelain"], path)).toBe("");
  const found = ["packages/shop", "docs"].map((name) => existsSync(join(path, name)));
  await workspaces.remove(REMOVE);
  return found;
}

test("an agent that narrows its own worktree loses nothing that it writes elsewhere", async () => {
  await using repository = await monorepo();
  const workspaces = repository.workspaces();
  const workspace = await workspaces.prepare(request(1), NEVER);
  await repository.git(["sparse-checkout", "set", "tools"], workspace.path);
  await repository.write("docs/shop.md", "beyond the folders\n", workspace.path);

  const { commit } = await workspaces.collect(workspace, COLLECT);

  expect(await inTree(repository, commit)).toContain("docs/shop.md");
  expect(await inTree(repository, commit)).toContain("packages/bank/main.ts");
});
