import { lstatSync } from "node:fs";
import { rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { COLLECT, request } from "./testing/requests.ts";
import { createTestRepository, NEVER } from "./testing/test-repository.ts";

test.each<readonly [string, (path: string) => Promise<void>]>([
  ["a file", async (path) => writeFile(path, "x\n")],
  ["a link to itself", async (path) => symlink(".orchestra", path)],
])("%s in place of our own folder is no work, and is taken away", async (_name, put) => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const workspace = await workspaces.prepare(request(1), NEVER);
  const path = join(workspace.path, ".orchestra");
  await rm(path, { recursive: true, force: true });
  await put(path);

  const work = await workspaces.collect(workspace, COLLECT);

  expect(work).toMatchObject({ leftovers: [], hasChanges: false, commit: workspace.baseCommit });
  expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
});

test("a link that the project has there is its own", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const workspace = await workspaces.prepare(request(1), NEVER);
  const path = join(workspace.path, ".orchestra");
  await symlink("one", path);
  await repository.git(["add", ".orchestra"], workspace.path);
  await repository.git(["commit", "-qm", "Link"], workspace.path);
  await rm(path);
  await symlink("another", path);

  const work = await workspaces.collect(workspace, COLLECT);

  expect(work.leftovers).toEqual([".orchestra"]);
  expect(await repository.git(["show", `${work.commit}:.orchestra`])).toBe("another");
});
