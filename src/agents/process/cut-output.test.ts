import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { cutOutput } from "./cut-output.ts";

const BOUNDS = { headBytes: 200, tailBytes: 300 };

function fileOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-cut-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "stdout"), text);
  return join(folder, "stdout");
}

test("of a long output whole lines of its head and its tail are kept, and what is not is told", async () => {
  const lines = Array.from({ length: 100 }, (_, index) => `line number ${index}`);
  const text = `${lines.join("\n")}\n`;
  const file = fileOf(text);
  await cutOutput(file, BOUNDS);
  const [, head = "", left = "", tail = ""] =
    /^([^]*\n)… (\d+) bytes left out …\n([^]*)$/.exec(readFileSync(file, "utf8")) ?? [];
  expect(text.startsWith(head) && text.endsWith(tail)).toBe(true);
  expect(Number(left)).toBe(text.length - head.length - tail.length);
  expect(head.length).toBeGreaterThan(BOUNDS.headBytes - 20);
  expect(head.length).toBeLessThanOrEqual(BOUNDS.headBytes);
  expect(tail).toMatch(/^line number/);
  expect(tail.length).toBeGreaterThan(BOUNDS.tailBytes - 20);
  expect(tail.length).toBeLessThanOrEqual(BOUNDS.tailBytes);

  const cut = readFileSync(file, "utf8");
  await cutOutput(file, BOUNDS);
  expect(readFileSync(file, "utf8")).toBe(cut);
  expect(readdirSync(join(file, ".."))).toEqual(["stdout"]);
});

test("one line without an end is cut where the room ends", async () => {
  const file = fileOf("x".repeat(200_000));
  await cutOutput(file, BOUNDS);
  expect(readFileSync(file, "utf8")).toBe(
    `${"x".repeat(200)}… 199500 bytes left out …\n${"x".repeat(300)}`,
  );
});

test.each([
  ["short", "said\n"],
  ["empty", ""],
])("what is %s stays as it is", async (_what, text) => {
  const file = fileOf(text);
  await cutOutput(file, BOUNDS);
  expect(readFileSync(file, "utf8")).toBe(text);
});

test("where nothing was printed there is nothing to cut", async () => {
  await expect(cutOutput("/nowhere/stdout", BOUNDS)).resolves.toBeUndefined();
});
