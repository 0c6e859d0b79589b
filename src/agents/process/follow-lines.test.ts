import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import {
  followLines,
  LINE_BYTES_MAX,
  readEnds,
  readTail,
  sizeOf,
  type LineFollower,
} from "./follow-lines.ts";

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-lines-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "stdout");
}

async function rest(follower: LineFollower): Promise<string[]> {
  const all: string[] = [];
  for (let some = await follower.next(); some.length > 0; some = await follower.next()) {
    all.push(...some);
  }
  return all;
}

test("a file that is not there yet has no lines", async () => {
  const follower = followLines(newFile());
  expect(await follower.next()).toEqual([]);
  expect(await follower.end()).toEqual([]);
});

test("a mark of the encoding is no part of the first line, and stays where it is elsewhere", async () => {
  const file = newFile();
  const follower = followLines(file);
  writeFileSync(file, "\uFEFF");
  expect(await rest(follower)).toEqual([]);
  appendFileSync(file, "{}\n\uFEFFtwo\n");
  expect(await rest(follower)).toEqual(["{}", "\uFEFFtwo"]);
  expect(await follower.end()).toEqual([]);
});

test("a line is read once it is complete, and the last one at the end", async () => {
  const file = newFile();
  const follower = followLines(file);
  writeFileSync(file, "one\ntw");
  expect(await rest(follower)).toEqual(["one"]);
  appendFileSync(file, "o\n\nthree");
  expect(await rest(follower)).toEqual(["two", ""]);
  expect(await follower.end()).toEqual(["three"]);
  expect(await follower.end()).toEqual([]);
});

test("only a line feed ends a line", async () => {
  const file = newFile();
  writeFileSync(file, "a\u2028b\u2029c\u0085d\re\n");
  expect(await rest(followLines(file))).toEqual(["a\u2028b\u2029c\u0085d\re"]);
});

test("bytes that are not UTF-8 become replacement characters", async () => {
  const file = newFile();
  writeFileSync(file, Buffer.from([0x61, 0xff, 0x62, 0x0a, 0xc3]));
  const follower = followLines(file);
  expect(await rest(follower)).toEqual(["a\uFFFDb"]);
  expect(await follower.end()).toEqual(["\uFFFD"]);
});

test("wherever the writer stops between two looks, the same lines are read", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.string({ unit: "binary" }).map((line) => line.replaceAll("\n", "").toWellFormed()),
      ),
      fc.array(fc.nat(40), { maxLength: 40 }),
      async (lines, steps) => {
        const file = newFile();
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
        const follower = followLines(file);
        const read: string[] = [];
        let written = 0;
        for (const step of [...steps, bytes.length]) {
          appendFileSync(file, bytes.subarray(written, written + step));
          written += step;
          read.push(...(await rest(follower)));
        }
        expect(read).toEqual(lines);
        expect(await follower.end()).toEqual([]);
      },
    ),
    { numRuns: 40 },
  );
});

test("lines longer than what is read at a time are whole", async () => {
  const file = newFile();
  const long = "é".repeat(400_000);
  writeFileSync(file, `${long}\nshort\n`);
  expect(await rest(followLines(file))).toEqual([long, "short"]);
});

test("an endless line is cut, costs no more memory than its bound, and the next one is read", async () => {
  const file = newFile();
  writeFileSync(file, "x");
  // A hole of zeroes costs no disk.
  truncateSync(file, 20 * LINE_BYTES_MAX);
  appendFileSync(file, "\nnext\n");
  const follower = followLines(file);
  const before = process.memoryUsage();

  const [endless = "", next] = await rest(follower);

  const after = process.memoryUsage();
  const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  expect(grown).toBeLessThan(8 * LINE_BYTES_MAX);
  expect(endless.startsWith("x\0")).toBe(true);
  expect(endless.slice(-50)).toContain(`… ${19 * LINE_BYTES_MAX} bytes left out …`);
  expect(next).toBe("next");
});

test("a file that grew past its limit is not read on", async () => {
  const file = newFile();
  const follower = followLines(file, 10);
  writeFileSync(file, "one\n");
  expect(await rest(follower)).toEqual(["one"]);
  appendFileSync(file, "two\nthree\n");
  expect(await rest(follower)).toEqual([]);
  expect(sizeOf(file)).toBe(14);
});

test("the tail of a file is its last bytes", async () => {
  const file = newFile();
  expect(await readTail(file, 4)).toBe("");
  writeFileSync(file, "0123456789");
  expect(await readTail(file, 4)).toBe("6789");
  expect(await readTail(file, 100)).toBe("0123456789");
});

test("the ends of a file say how much lies between", async () => {
  const file = newFile();
  writeFileSync(file, "0123456789");
  expect(await readEnds(file, 2, 3)).toBe("01\n… 5 bytes left out …\n789");
  expect(await readEnds(file, 5, 5)).toBe("0123456789");
});
