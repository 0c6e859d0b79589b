import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withoutDescriptors } from "../agents/process/testing/without-descriptors.ts";
import { explainingStorage, gitError, storageTrouble } from "./git-error.ts";
import { git, tryGit } from "./git.ts";
import { createTestRepository } from "./testing/test-repository.ts";

test("a failing command tells what it was, its exit code and git's last line", async () => {
  await using repository = await createTestRepository();
  await expect(git(["rev-parse", "--verify", "gone"], { cwd: repository.root })).rejects.toThrow(
    /git rev-parse in .*exit code 128: fatal: Needed a single revision/,
  );
  const { exitCode } = await tryGit(["diff", "--quiet"], { cwd: repository.root });
  expect(exitCode).toBe(0);
});

test("however long git's last line is, a bounded part of it is told", async () => {
  await using repository = await createTestRepository();
  const { message } = await gitError(
    { args: ["push"], cwd: repository.root },
    { exitCode: 1, stderr: `first\n${"long ".repeat(100_000)}` },
  );
  expect(message).toMatch(/exit code 1: long long/);
  expect(message.length).toBeLessThan(1_000);
});

test("git that is not installed and a folder that is gone are told apart", async () => {
  await using repository = await createTestRepository();
  const env = { PATH: repository.folder };
  await expect(git(["status"], { cwd: repository.root, env })).rejects.toThrow(/Install git/);
  await rm(repository.root, { recursive: true });
  await expect(git(["status"], { cwd: repository.root })).rejects.toThrow(/no such folder/);
});

test("what the system refuses to start is told with its reason", async () => {
  await using repository = await createTestRepository();
  const refused = git(["log", "x".repeat(3_000_000)], { cwd: repository.root });
  await expect(refused).rejects.toMatchObject({
    code: "REPOSITORY_UNUSABLE",
    cause: { code: "E2BIG" },
  });
});

test("a machine without room for another process is told from one without git", async () => {
  const program = `
    import { tryGit } from ${JSON.stringify(new URL("git.ts", import.meta.url))};
    await tryGit(["status"], { cwd: "/" }).catch(({ code }) => console.log(code));
  `;
  expect(await withoutDescriptors(program)).toBe("MACHINE_FULL");
});

test("what a hook inherits does not lead to another repository", async () => {
  await using repository = await createTestRepository();
  process.env["GIT_DIR"] = join(repository.folder, "other/.git");
  try {
    const root = await git(["rev-parse", "--show-toplevel"], { cwd: repository.root });
    expect(root).toBe(repository.root);
  } finally {
    delete process.env["GIT_DIR"];
  }
});

test("an aborted signal ends git with the signal's reason", async () => {
  await using repository = await createTestRepository();
  const aborted = new AbortController();
  const waiting = git(["-c", "alias.wait=!sleep 60", "wait"], {
    cwd: repository.root,
    signal: aborted.signal,
  });
  aborted.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
});

test("a git that somebody killed is told from one that took too long", async () => {
  await using repository = await createTestRepository();
  const args = ["-c", "alias.dies=!kill -KILL $PPID", "dies"];
  const dying = git(args, { cwd: repository.root });
  await expect(dying).rejects.toMatchObject({
    code: "GIT_KILLED",
    message: expect.stringContaining("was ended by SIGKILL"),
  });
});

test("a full disk and one that cannot be written are told from what the system says", () => {
  const fine = { freeBytes: 1e9, freeFiles: 1e6, accessError: undefined };
  expect(storageTrouble(fine)).toBeUndefined();
  expect(storageTrouble({ ...fine, freeBytes: 4096 })).toBe("NO_SPACE");
  expect(storageTrouble({ ...fine, freeFiles: 0 })).toBe("NO_SPACE");
  expect(storageTrouble({ ...fine, accessError: "EROFS" })).toBe("READ_ONLY");
  expect(storageTrouble({ ...fine, accessError: "EACCES" })).toBe("READ_ONLY");
});

test.each([
  ["ENOSPC", "NO_SPACE"],
  ["EMFILE", "MACHINE_FULL"],
])("%s that stops a file of ours is told as %s", async (errno, code) => {
  const failure = Object.assign(new Error(errno), { code: errno, path: "/disk/file" });
  const doing = explainingStorage("Making a workspace", Promise.reject(failure));
  await expect(doing).rejects.toMatchObject({ code, cause: failure });
  const other = explainingStorage("Making a workspace", Promise.reject(new Error("other")));
  await expect(other).rejects.toThrow(/^other$/);
});
