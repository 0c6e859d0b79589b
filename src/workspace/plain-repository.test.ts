import { chownSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inspectRepository } from "./inspect-repository.ts";
import { plainRepository } from "./plain-repository.ts";
import { createTestRepository, type TestRepository } from "./testing/test-repository.ts";

const VARIABLES = { PATH: "/usr/local/bin:/usr/bin:/bin" };

test("of a usual repository the files tell what git tells, from any folder in it", async () => {
  await using repository = await createTestRepository();
  await mkdir(join(repository.root, "deep/er"), { recursive: true });
  await repository.git(["switch", "--quiet", "-c", "some/branch"]);
  for (const cwd of [repository.root, join(repository.root, "deep/er")]) {
    expect(plainRepository(cwd, VARIABLES)).toEqual(await inspectRepository(cwd));
  }
});

const UNUSUAL: Record<string, (repository: TestRepository) => Promise<unknown>> = {
  "whose HEAD is detached": async ({ git }) => git(["checkout", "--quiet", "--detach"]),
  "whose refs are packed": async ({ git }) => git(["pack-refs", "--all"]),
  "whose branch has no commit": async ({ git }) => git(["switch", "--quiet", "--orphan", "new"]),
  "whose files are elsewhere": async ({ git, folder }) => git(["config", "core.worktree", folder]),
  "that says it is bare": async ({ git }) => git(["config", "core.bare", "true"]),
};

test.each(Object.entries(UNUSUAL))("git is asked about one %s", async (_name, make) => {
  await using repository = await createTestRepository();
  await make(repository);
  expect(plainRepository(repository.root, VARIABLES)).toBeUndefined();
});

test("git is asked about a linked worktree, about its own folder, and where it is not there", async () => {
  await using repository = await createTestRepository();
  const linked = join(repository.folder, "linked");
  await repository.git(["worktree", "add", "--quiet", "-b", "side", linked]);
  for (const cwd of [linked, join(repository.root, ".git"), repository.folder]) {
    expect(plainRepository(cwd, VARIABLES)).toBeUndefined();
  }
  expect(plainRepository(repository.root, { PATH: repository.folder })).toBeUndefined();
  const ceiling = { ...VARIABLES, GIT_CEILING_DIRECTORIES: repository.folder };
  expect(plainRepository(repository.root, ceiling)).toBeUndefined();
});

test("git is asked about what is somebody else's, which it may refuse", async (context) => {
  context.skip(process.geteuid?.() !== 0, "Only root can give files away.");
  for (const name of ["", ".git"]) {
    await using repository = await createTestRepository();
    chownSync(join(repository.root, name), 1, 1);
    expect(plainRepository(repository.root, VARIABLES)).toBeUndefined();
  }
});
