import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { withoutDescriptors } from "../agents/process/testing/without-descriptors.ts";
import { readLeft } from "./read-left.ts";

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-left-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("whatever an agent has put in the place of a file, there is none", async () => {
  const folder = newFolder();
  expect(await readLeft(join(folder, "none"))).toBeUndefined();
  expect(await readLeft(folder)).toBeUndefined();
  execFileSync("mkfifo", [join(folder, "pipe")]);
  expect(await readLeft(join(folder, "pipe"))).toBeUndefined();
  writeFileSync(join(folder, "HEAD"), "ref\n");
  expect(String(await readLeft(join(folder, "HEAD")))).toBe("ref\n");
});

test("a file that the machine cannot open is not taken for gone", async () => {
  const program = `
    import { readLeft } from ${JSON.stringify(new URL("read-left.ts", import.meta.url))};
    try { console.log("seen", await readLeft("/etc/hosts")); } catch ({ code }) { console.log(code); }
  `;
  expect(await withoutDescriptors(program)).toBe("EMFILE");
});
