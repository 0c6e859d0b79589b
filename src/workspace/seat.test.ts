import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gitDirOf } from "./git-folders.ts";
import { giveSeat, leaveSeat, takeSeat } from "./seat.ts";
import { REMOVE, request } from "./testing/requests.ts";
import { createTestRepository, NEVER } from "./testing/test-repository.ts";

/** The worktree of a task whose first attempt is over. */
async function setup() {
  const repository = await createTestRepository();
  const workspaces = repository.workspaces();
  const { path } = await workspaces.prepare(request(1), NEVER);
  return { repository, workspaces, worktree: { path, gitDir: await gitDirOf(path) } };
}

const IN_USE = { code: "WORKSPACE_IN_USE" };

test("while a person is in a worktree, no attempt gets it, and nothing removes it", async () => {
  const { repository, workspaces, worktree } = await setup();
  await using _repository = repository;
  await takeSeat({ worktree, taskId: "t1" });
  await repository.write("mine.txt", "mine\n", worktree.path);

  await expect(workspaces.prepare(request(2), NEVER)).rejects.toMatchObject(IN_USE);
  await expect(workspaces.remove(REMOVE)).rejects.toMatchObject(IN_USE);
  await expect(takeSeat({ worktree, taskId: "t1" })).rejects.toMatchObject(IN_USE);
  expect(existsSync(join(worktree.path, "mine.txt"))).toBe(true);

  await leaveSeat(worktree);
  await workspaces.prepare(request(2), NEVER);
  await workspaces.remove(REMOVE);
  expect(existsSync(worktree.path)).toBe(false);
});

test("a seat ends with the process that has it, whoever took it", async () => {
  const { repository, workspaces, worktree } = await setup();
  await using _repository = repository;
  const child = spawn("sleep", ["600"]);
  await takeSeat({ worktree, taskId: "t1" });
  await giveSeat(worktree, child.pid ?? 0);
  await expect(workspaces.prepare(request(2), NEVER)).rejects.toMatchObject(IN_USE);
  child.kill();
  await once(child, "exit");
  await workspaces.prepare(request(2), NEVER);
  await takeSeat({ worktree, taskId: "t1" });
});

test("a note that was torn keeps nobody out", async () => {
  const { repository, workspaces, worktree } = await setup();
  await using _repository = repository;
  writeFileSync(join(worktree.gitDir, "orchestra-seat.json"), '{"host":');
  expect(await workspaces.prepare(request(2), NEVER)).toMatchObject({ path: worktree.path });
});
