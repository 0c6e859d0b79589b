import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeStateFolder, projectPaths } from "./paths.ts";

test("the state folder is hidden from git, and is made once", () => {
  const root = mkdtempSync(join(tmpdir(), "orchestra-paths-"));
  const paths = projectPaths(root);
  makeStateFolder(paths);
  makeStateFolder(paths);
  expect(readFileSync(join(root, ".orchestra/.gitignore"), "utf8")).toBe("*\n");
  expect(statSync(paths.attempts).isDirectory()).toBe(true);
  rmSync(root, { recursive: true });
});

test("a state folder that cannot be made is told with what to do", () => {
  const root = mkdtempSync(join(tmpdir(), "orchestra-paths-"));
  writeFileSync(join(root, ".orchestra"), "a file in its place");
  expect(() => makeStateFolder(projectPaths(root))).toThrow(
    expect.objectContaining({
      code: "STORE_UNAVAILABLE",
      message: expect.stringContaining("is no folder"),
    }),
  );
  rmSync(root, { recursive: true });
});
