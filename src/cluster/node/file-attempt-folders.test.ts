import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createFileAttemptFolders } from "./file-attempt-folders.ts";

function setup() {
  const root = mkdtempSync(join(tmpdir(), "orchestra-folders-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  return { root, folders: createFileAttemptFolders(root) };
}

test("a folder is its attempt's, however often it is taken", async () => {
  const { folders } = setup();
  expect([await folders.take("a-1", 5), await folders.take("a-1", 5)]).toEqual([true, true]);
  expect(await folders.take("a-1", 6)).toBe(false);
});

test("a folder whose mark was lost with the power is its attempt's", async () => {
  const { root, folders } = setup();
  await folders.take("a-1", 5);
  writeFileSync(join(root, "a-1/task"), "");
  expect(await folders.take("a-1", 5)).toBe(true);
});

test("two blackboards that take turns find each their own folder of the same name", async () => {
  const { root, folders } = setup();
  await folders.take("a-1", 5);
  writeFileSync(join(root, "a-1/stdout"), "of the first");
  await folders.putAside("a-1", 6);
  await folders.take("a-1", 6);
  expect(readdirSync(root).toSorted()).toEqual(["a-1", "a-1.of-5"]);

  await folders.putAside("a-1", 5);
  expect(await folders.take("a-1", 5)).toBe(true);
  expect(readdirSync(join(root, "a-1"))).toContain("stdout");
  expect(readdirSync(root).toSorted()).toEqual(["a-1", "a-1.of-6"]);
});
