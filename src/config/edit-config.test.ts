import { array, assert, constantFrom, integer, property, record, tuple } from "fast-check";
import { expect, test } from "vitest";
import { parse, parseDocument } from "yaml";
import { removeFromConfig, editConfig, valueAt } from "./edit-config.ts";

/** Pieces of a file as people write them; each a top-level key of its own, with comments. */
const PIECES = [
  "# The first word.\n",
  "agents:\n  mine: { command: [sh, -e], prompt: stdin } # by hand\n  # none other\n",
  "\nlimits:\n    parallel: 3   # of them\n",
  "limits: # nothing yet\n",
  "checks:\n- npm test # first\n-   name: slow\n    run: |\n      make\n      make slow\n",
  "merge: {enabled: true,  target: 'main'} # where to\n",
  'workspace:\n  env:\n    # for all\n    CI: "1"\n\n  setup: [ npm ci ]\n',
  "retention: 30d # a month\n",
  "# The last word.",
];
const KEYS = [
  "limits.parallel",
  "agents.mine.model",
  "agents.mine.prompt",
  "agents.other.adapter",
  "checks",
  "checks.0",
  "merge.target",
  "workspace.env.CI",
  "workspace.env.MORE",
  "retention",
  "store",
];
const VALUES = [
  3,
  true,
  "plain",
  "a: b",
  "# no comment",
  "",
  "yes",
  "it's",
  ["a", "b c"],
  { x: 1 },
];

const aFile = record({
  pieces: array(integer({ min: 0, max: PIECES.length - 1 }), { maxLength: 6 }),
  lineEnd: constantFrom("\n", "\r\n"),
});

function textOf({ pieces, lineEnd }: { pieces: number[]; lineEnd: string }): string | undefined {
  const text = [...new Set(pieces)].map((index) => PIECES[index]).join("");
  // Two of the pieces have the same key.
  if (parseDocument(text).errors.length > 0) return undefined;
  return text.replaceAll("\n", lineEnd);
}

test("whatever is set anywhere, that and nothing else means something else, and comments stay", () => {
  assert(
    property(tuple(aFile, constantFrom(...KEYS), constantFrom(...VALUES)), ([file, key, value]) => {
      const text = textOf(file);
      if (text === undefined) return;
      const path = key.split(".");
      const edited = editConfig(text, path, value);
      if (edited === undefined) return;
      const expected = parseDocument(text);
      if (path.length > 1 && expected.getIn(path.slice(0, 1)) === null)
        expected.set(path[0], expected.createNode({}));
      expected.setIn(path, value);
      expect(parse(edited)).toEqual(expected.toJS());
      expect(valueAt(edited, path)).toEqual(value);
      const isOfWindows = text.includes("\r\n");
      expect(/(?<!\r)\n/.test(edited) && isOfWindows).toBe(false);
      for (const comment of commentsOutside(text, path)) expect(edited).toContain(comment);
    }),
    { numRuns: 500 },
  );
});

/** The comments of a file but for those in the value that is replaced. */
function commentsOutside(text: string, path: readonly string[]): string[] {
  const [start, end] = rangeAt(text, path);
  return [...(text.slice(0, start) + text.slice(end)).matchAll(/# [a-z ]+/gi)].map(([one]) =>
    one.trim(),
  );
}

function rangeAt(text: string, path: readonly string[]): readonly [number, number] {
  const node = parseDocument(text).getIn(path, true) as { range?: [number, number] } | undefined;
  return node?.range ?? [0, 0];
}

test.each([
  ["a: 1\nb: 2 # why\nc: 3\n", ["b"], "a: 1\nc: 3\n"],
  ["a:\n  b: 1\n  c: 2\n", ["a", "c"], "a:\n  b: 1\n"],
  ["# of a\na:\n  b: 1\nc: 2\n", ["a", "b"], "# of a\nc: 2\n"],
  ["a: { b: 1, c: 2 }\n", ["a", "b"], "a: { c: 2 }\n"],
  ["a:\n  - 1\n  - 2\nb: 3\n", ["a"], "b: 3\n"],
  ["a: 1\n", ["a"], ""],
])("of %j, without %j, the rest stays as it is", (text, path, rest) => {
  expect(removeFromConfig(text, path)).toBe(rest);
});

test("what is not there cannot be taken out", () => {
  expect(removeFromConfig("a: 1\n", ["b"])).toBeUndefined();
  expect(removeFromConfig("a: 1\n", ["a", "b"])).toBeUndefined();
});
