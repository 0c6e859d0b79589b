import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { exitCodeRows } from "./exit-codes.ts";

const PAGE = readFileSync("docs/errors.md", "utf8");

test("the page about errors has the exit codes and their meanings as they are", () => {
  const rows = [...PAGE.matchAll(/^\| (\d+) +\| (.*?) *\|$/gm)];
  expect(rows.map(([, code, meaning]) => [Number(code), meaning])).toEqual(exitCodeRows());
});
