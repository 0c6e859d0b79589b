import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openFolders } from "./open-folders.ts";

const modes = (...paths: readonly string[]): string[] =>
  paths.map((path) => (statSync(path).mode & 0o777).toString(8));

test("folders that are read-only can be emptied, and what links lead to stays as it is", async () => {
  const root = mkdtempSync(join(tmpdir(), "orchestra-open-"));
  const [inside, elsewhere] = [join(root, "worktree"), join(root, "elsewhere")];
  mkdirSync(join(inside, "a/b"), { recursive: true });
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, join(inside, "link"));
  for (const path of [join(inside, "a/b"), join(inside, "a"), elsewhere]) chmodSync(path, 0o555);
  chmodSync(inside, 0o000);

  await openFolders(inside);

  expect(modes(inside, join(inside, "a"), join(inside, "a/b"), elsewhere)).toEqual([
    "700",
    "755",
    "755",
    "555",
  ]);
  rmSync(root, { recursive: true });
});
