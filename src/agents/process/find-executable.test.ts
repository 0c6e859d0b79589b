import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findExecutable } from "./find-executable.ts";

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-path-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ["first", "second"]) mkdirSync(join(folder, name));
  return folder;
}

test("the first that can be run is found, past what is no folder, no file or not for running", () => {
  const folder = aFolder();
  writeFileSync(join(folder, "file"), "");
  mkdirSync(join(folder, "agent"));
  writeFileSync(join(folder, "first/agent"), "");
  writeFileSync(join(folder, "second/agent"), "");
  chmodSync(join(folder, "second/agent"), 0o755);
  const path = ["file", ".", "gone", "first", "second"].map((name) => join(folder, name)).join(":");
  expect(findExecutable("agent", "/", path)).toBe(join(folder, "second/agent"));
});

test("one that is there and cannot be run is told from one that is not there", () => {
  const folder = aFolder();
  writeFileSync(join(folder, "first/agent"), "");
  expect(() => findExecutable("agent", "/", join(folder, "first"))).toThrow(/chmod \+x/);
  expect(() => findExecutable("agent", "/", join(folder, "second"))).toThrow(/no such executable/);
  expect(() => findExecutable("", "/", folder)).toThrow(/no such executable/);
  expect(() => findExecutable("./agent", folder, "/bin")).toThrow(/no such executable\. /);
});
