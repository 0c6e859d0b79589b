import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { rmSync } from "node:fs";
import { createFileAttemptFolders } from "./file-attempt-folders.ts";
import { makeSentinelFolder, readSentinel } from "./sentinel-files.ts";

/** A worktree in which an agent is at work on `k3f9`. */
function setup(): { readonly root: string; readonly folder: string } {
  const root = mkdtempSync(join(tmpdir(), "orchestra-sentinel-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  return { root, folder: join(root, ".orchestra/tasks") };
}

function leave(root: string, ending: string, text = ""): void {
  makeSentinelFolder(root, "k3f9");
  writeFileSync(join(root, ".orchestra/tasks", `k3f9.${ending}`), text);
}

test.each([
  ["done", "", { kind: "done" }],
  ["done", '{"anything": 1}', { kind: "done" }],
  ["cancelled", "", { kind: "cancelled", message: expect.stringMatching(/not why/) }],
  ["cancelled", "no need", { kind: "cancelled", message: expect.stringMatching(/: no need$/) }],
  [
    "cancelled",
    '{"reason": "no need"}',
    { kind: "cancelled", message: expect.stringMatching(/: no need$/) },
  ],
  ["error", '{"error": "no table", "details": "x"}', { kind: "error", message: "no table" }],
  ["error", "no\n  table\n", { kind: "error", message: "no table" }],
  ["error", "", { kind: "error", message: "The agent said that it failed, and not why." }],
  ["timeout", '{"timeout": 600}', { kind: "timeout", message: expect.stringMatching(/600 sec/) }],
  ["timeout", '{"timeout": "manual"}', { kind: "timeout", message: expect.any(String) }],
])("a file .%s with %j says how it ended", (ending, text, sentinel) => {
  const { root } = setup();
  expect(readSentinel(root, "k3f9")).toBeUndefined();
  leave(root, ending, text);
  expect(readSentinel(root, "k3f9")).toEqual(sentinel);
  expect(readSentinel(root, "k3f")).toBeUndefined();
});

test("done beats what else was said", () => {
  const { root } = setup();
  leave(root, "error", "no");
  writeFileSync(join(root, ".orchestra/tasks/k3f9.done"), "");
  expect(readSentinel(root, "k3f9")).toEqual({ kind: "done" });
});

test("what an earlier attempt said is gone before the next one starts, and that of others is not", () => {
  const { root, folder } = setup();
  leave(root, "error", "no");
  writeFileSync(join(folder, "k3f9x.done"), "");
  makeSentinelFolder(root, "k3f9");
  expect(readdirSync(folder)).toEqual(["k3f9x.done"]);
});

test("git sees nothing of it", () => {
  const { root } = setup();
  execFileSync("git", ["init", "-q"], { cwd: root });
  leave(root, "done");
  expect(execFileSync("git", ["status", "--porcelain"], { cwd: root, encoding: "utf8" })).toBe("");
});

test("a worktree that is gone is not made anew", () => {
  const { root } = setup();
  makeSentinelFolder(join(root, "gone"), "k3f9");
  expect(existsSync(join(root, "gone"))).toBe(false);
});

test("a link in place of the folder is not followed", () => {
  const { root } = setup();
  const elsewhere = join(root, "elsewhere");
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, join(root, ".orchestra"));
  makeSentinelFolder(root, "k3f9");
  expect(readdirSync(elsewhere)).toEqual([]);
});

test.each<readonly [string, (state: string) => void]>([
  ["a file", (state) => writeFileSync(state, "x")],
  ["a link to itself", (state) => symlinkSync(".orchestra", state)],
])("%s in place of the folder says nothing, now and for the next agent", async (_name, put) => {
  const { root } = setup();
  put(join(root, ".orchestra"));
  expect(readSentinel(root, "k3f9")).toBeUndefined();
  await createFileAttemptFolders(root).makeSentinelFolder(root, "k3f9");
  expect(readSentinel(root, "k3f9")).toBeUndefined();
});

test("what is no plain file says nothing, and holds nobody up", () => {
  const { root, folder } = setup();
  makeSentinelFolder(root, "k3f9");
  execFileSync("mkfifo", [join(folder, "k3f9.error")]);
  mkdirSync(join(folder, "k3f9.done"));
  symlinkSync("/etc/passwd", join(folder, "k3f9.timeout"));
  expect(readSentinel(root, "k3f9")).toBeUndefined();
  makeSentinelFolder(root, "k3f9");
  expect(readdirSync(folder)).toEqual([]);
  expect(existsSync("/etc/passwd")).toBe(true);
});

// Root may read them anyway.
test("a file that nobody may read says what its name says", () => {
  const { root, folder } = setup();
  leave(root, "done");
  chmodSync(join(folder, "k3f9.done"), 0o000);
  expect(readSentinel(root, "k3f9")).toEqual({ kind: "done" });
});

test("a folder that nobody may look into keeps nobody from looking at its agent", () => {
  const { root, folder } = setup();
  leave(root, "done");
  chmodSync(folder, 0o000);
  onTestFinished(() => chmodSync(folder, 0o700));
  expect(() => readSentinel(root, "k3f9")).not.toThrow();
});

test("a folder that an agent has closed is open to the next one", async () => {
  const { root, folder } = setup();
  leave(root, "done");
  chmodSync(folder, 0o000);
  onTestFinished(() => chmodSync(folder, 0o700));
  await createFileAttemptFolders(root).makeSentinelFolder(root, "k3f9");
  expect(readdirSync(folder)).toEqual([]);
});
