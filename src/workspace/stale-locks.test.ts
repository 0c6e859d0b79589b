import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { clearStaleLocks } from "./stale-locks.ts";
import { createTestRepository, instantClock } from "./testing/test-repository.ts";

async function staysLocked(lock: string): Promise<boolean> {
  await clearStaleLocks({ clock: instantClock }, [lock]);
  return existsSync(lock);
}

test("a lock that nobody holds is removed", async () => {
  await using repository = await createTestRepository();
  const lock = join(repository.root, ".git/packed-refs.lock");
  await writeFile(lock, "");
  await expect.poll(async () => staysLocked(lock)).toBe(false);
});

test("a lock that a git command at work may hold stays as long as that one lives", async () => {
  await using repository = await createTestRepository();
  const lock = join(repository.root, ".git/packed-refs.lock");
  const git = spawn("git", ["cat-file", "--batch"], { cwd: repository.root });
  git.stdin.write("HEAD\n");
  await once(git.stdout, "data");
  await writeFile(lock, "");
  expect(await staysLocked(lock)).toBe(true);

  git.stdin.end();
  await once(git, "exit");
  await expect.poll(async () => staysLocked(lock)).toBe(false);
});

test("a lock that is taken anew while it is looked at stays", async () => {
  await using repository = await createTestRepository();
  const lock = join(repository.root, ".git/packed-refs.lock");
  await writeFile(lock, "");
  const clock = { ...instantClock, sleep: async () => writeFile(lock, "another's") };
  await clearStaleLocks({ clock }, [lock]);
  expect(existsSync(lock)).toBe(true);
});
