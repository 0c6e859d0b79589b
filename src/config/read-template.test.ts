import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readTemplate } from "./read-template.ts";

type Scratch = { readonly root: string; readonly [Symbol.dispose]: () => void };

/** A project with a template, and one beside it. */
function setup(): Scratch {
  const scratch = mkdtempSync(join(tmpdir(), "orchestra-template-"));
  const root = join(scratch, "project");
  mkdirSync(root);
  writeFileSync(join(root, "lines"), "Do {prompt}.");
  writeFileSync(join(scratch, "lines"), "It is not for you.");
  return { root, [Symbol.dispose]: () => rmSync(scratch, { recursive: true }) };
}

function read({ root }: Scratch, file: string): string | undefined {
  return readTemplate({ name: "mine", template: { file } }, root);
}

test("a template is a file of the project, by whatever link within it", () => {
  using scratch = setup();
  symlinkSync("lines", join(scratch.root, "link"));
  expect(read(scratch, "lines")).toBe("Do {prompt}.");
  expect(read(scratch, "./link")).toBe("Do {prompt}.");
});

test.each([
  ["/etc/hostname", /lies outside of the project: \/etc\/hostname\./],
  ["../lines", /lies outside of the project: /],
  ["out", /lies outside of the project: /],
  ["pipe", /is no plain file: /],
  ["none", /could not be read: /],
])("the template %s is refused", (file, why) => {
  using scratch = setup();
  symlinkSync("../lines", join(scratch.root, "out"));
  execFileSync("mkfifo", [join(scratch.root, "pipe")]);
  const said = { code: "AGENT_UNUSABLE", message: expect.stringMatching(why) };
  expect(() => read(scratch, file)).toThrow(expect.objectContaining(said));
});
