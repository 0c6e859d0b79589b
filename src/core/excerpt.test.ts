import fc from "fast-check";
import { expect, test } from "vitest";
import { excerpt, EXCERPT_BYTES_MAX } from "./excerpt.ts";

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `line ${index} says nothing`);

test("a short text stays as it is", () => {
  expect(excerpt("one\ntwo\n")).toBe("one\ntwo");
});

test("a long text keeps its head, its tail and the important lines between", () => {
  const lines = numbered(5_000);
  lines[2_500] = "AssertionError: expected 1 to be 2";
  lines[3_000] = "    at sum (src/sum.ts:14)";

  const kept = excerpt(lines.join("\n")).split("\n");

  expect(kept[0]).toBe("line 0 says nothing");
  expect(kept.at(-1)).toBe("line 4999 says nothing");
  expect(kept).toContain("AssertionError: expected 1 to be 2");
  expect(kept).toContain("    at sum (src/sum.ts:14)");
});

test("what was left out is counted", () => {
  const lines = numbered(5_000);
  const kept = excerpt(lines.join("\n")).split("\n");
  const markers = kept.filter((line) => line.startsWith("…"));
  const leftOut = markers.reduce((sum, line) => sum + Number(/\d+/.exec(line)?.[0]), 0);

  expect(markers.length).toBeGreaterThan(0);
  expect(leftOut + kept.length - markers.length).toBe(5_000);
});

test("a line is cut only when it is very long itself", () => {
  expect(excerpt(`${"x".repeat(300)}\nend`)).toBe(`${"x".repeat(300)}\nend`);
  expect(excerpt(`${"x".repeat(100_000)}\nend`)).toMatch(/^x{400}…\nend$/);
});

const aLine = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }).map((text) => text.replaceAll(/[\r\n]/g, " ")),
  fc.constantFrom(
    "",
    "Error: no",
    "not ok 3",
    "ordinary",
    "日本語の行".repeat(200),
    "é".repeat(900),
  ),
);
const aText = fc
  .array(fc.tuple(aLine, fc.integer({ min: 1, max: 200 })), { minLength: 1, maxLength: 60 })
  .map((parts) => parts.flatMap(([line, times]) => Array<string>(times).fill(line)));

test("no text's excerpt is larger than the bound", () => {
  fc.assert(
    fc.property(aText, fc.integer({ min: 4_200, max: 20_000 }), (lines, bytesMax) => {
      expect(bytesOf(excerpt(lines.join("\n"), bytesMax))).toBeLessThanOrEqual(bytesMax);
      expect(bytesOf(excerpt(lines.join("\n")))).toBeLessThanOrEqual(EXCERPT_BYTES_MAX);
    }),
  );
});

test("an excerpt begins and ends as the text does, and its lines keep their order", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_000 }), fc.nat(50), (count, every) => {
      const lines = numbered(count).map((line, index) =>
        every > 0 && index % every === 0 ? `${line} Error` : line,
      );
      const kept = excerpt(lines.join("\n")).split("\n");
      const numbers = kept.flatMap((line) => /^line (\d+)/.exec(line)?.[1] ?? []).map(Number);

      expect(numbers[0]).toBe(0);
      expect(numbers.at(-1)).toBe(count - 1);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(
        kept.filter((line) => !line.startsWith("…")).every((line) => lines.includes(line)),
      ).toBe(true);
    }),
  );
});
