import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { exitCodeOf } from "../src/cli/exit-codes.ts";
import { ERROR_CODES } from "../src/core/errors.ts";

/** From the top of the house to its ground: a room imports from itself and from those below it. */
const ROOMS = [
  "cli",
  "intake",
  "engine",
  "cluster",
  "merge",
  "verify",
  "workspace",
  "agents",
  "store",
  "config",
  "core",
];

/** Wires everything together, and is wired by nobody but the commands and the library. */
const COMPOSITION = ["app.ts", "system-clock.ts", "orchestra.ts"];
const LINES_MAX = 300;
const IMPORT = /\b(?:from|import)\s*\(?\s*"([^"]+)"/g;
const IMPURE =
  /\b(Date|process|performance|setTimeout|setInterval|setImmediate|fetch|crypto)\b[.(]|Math\.random/;

const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".ts"),
);
const FOR_TESTS = /\.test\.ts$|\/(testing|conformance)[/.]/;
/** Tests and what only they use may reach everywhere. */
const sources = files.filter((file) => !FOR_TESTS.test(file));

test("each room imports only from itself and the rooms below it", () => {
  const violations = sources
    .filter((file) => file.includes("/"))
    .flatMap((file) =>
      importsOf(file)
        .filter((target) => !isAllowed(file, target))
        .map((target) => `${file} -> ${target}`),
    );
  expect(violations).toEqual([]);
});

test("nothing that is shipped uses what is there for tests", () => {
  const violations = sources.flatMap((file) =>
    importsOf(file)
      .filter((target) => FOR_TESTS.test(target))
      .map((target) => `${file} -> ${target}`),
  );
  expect(violations).toEqual([]);
});

test("every room is on the list, and in the documentation in this order", () => {
  const found = new Set(files.filter((file) => file.includes("/")).map(roomOf));
  expect([...found].toSorted()).toEqual(ROOMS.toSorted());
  const documented = [
    ...readFileSync("docs/architecture.md", "utf8").matchAll(/^\| `(\w+)\/`/gm),
  ].map(([, room]) => room);
  expect(documented).toEqual(ROOMS);
});

test("core has no clock, no randomness, no process", () => {
  const impure = sources
    .filter((file) => roomOf(file) === "core")
    .filter((file) => IMPURE.test(withoutComments(readFileSync(join("src", file), "utf8"))));
  expect(impure).toEqual([]);
});

test("no source file is longer than a person can keep in mind", () => {
  const long = sources.filter(
    (file) => readFileSync(join("src", file), "utf8").split("\n").length > LINES_MAX,
  );
  expect(long).toEqual([]);
});

test("every error code is documented with its exit code, and none that does not exist", () => {
  const rows = [...readFileSync("docs/errors.md", "utf8").matchAll(/^\| `([A-Z_]+)`\s*\| (\d+)/gm)];
  const documented = Object.fromEntries(rows.map(([, code = "", exit]) => [code, Number(exit)]));
  expect(documented).toStrictEqual(
    Object.fromEntries(ERROR_CODES.map((code) => [code, exitCodeOf(code)])),
  );
});

test("every page that the documentation links to exists", () => {
  const pages = ["README.md", ...readdirSync("docs").map((name) => `docs/${name}`)];
  const broken = pages
    .filter((page) => page.endsWith(".md"))
    .flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/\]\(([^)#:]+)\)/g)]
        .map(([, target = ""]) => join(dirname(page), target))
        .filter((target) => !existsSync(target))
        .map((target) => `${page} -> ${target}`),
    );
  expect(broken).toEqual([]);
});

function importsOf(file: string): string[] {
  const source = withoutComments(readFileSync(join("src", file), "utf8"));
  return [...source.matchAll(IMPORT)].map(([, specifier = ""]) =>
    specifier.startsWith(".") ? relative("src", join("src", dirname(file), specifier)) : specifier,
  );
}

function isAllowed(file: string, target: string): boolean {
  const room = roomOf(file);
  // A package or a part of Node, which only core must do without.
  if (!target.endsWith(".ts")) return room !== "core";
  if (COMPOSITION.includes(target)) return room === "cli";
  return ROOMS.indexOf(roomOf(target)) >= ROOMS.indexOf(room);
}

function roomOf(file: string): string {
  return file.split("/")[0] ?? "";
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}
