import { assert, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { attemptBranch, idFrom, isValidId, slugOf, titleOf } from "./names.ts";

const HOSTILE = [
  "../../etc/passwd",
  "-rf",
  "--upload-pack=evil",
  "a b\tc",
  "a\nb",
  "a\0b",
  "'; rm -rf / #",
  '"$(touch x)"',
  "refs/heads/main",
  "x..y",
  "x.lock",
  "x@{1}",
  "~^:?*[\\",
  "",
  "   ",
  "🙂",
  "日本語",
  "\u202Egnp.exe",
  "\uD800",
];

describe("an id", () => {
  test.each(["a", "0", "fix-login", "a--b-", "x".repeat(64)])("may be %s", (id) => {
    expect(isValidId(id)).toBe(true);
  });

  test.each([...HOSTILE, "A", "a_b", "a.b", "a\n", "é", "x".repeat(65)])("may not be %j", (id) => {
    expect(isValidId(id)).toBe(false);
  });

  test("that is made here is valid, has no vowels, and uses every letter", () => {
    const letters = new Set<string>();
    for (let step = 0; step < 1_000; step++) {
      const id = idFrom(() => step / 1_000);
      expect(isValidId(id)).toBe(true);
      expect(id).toHaveLength(8);
      letters.add(id.charAt(0));
    }
    expect([...letters].join("")).toBe("23456789bcdfghjkmnpqrstvwxz");
  });
});

describe("a slug", () => {
  test.each([
    ["Fix the Login!", "fix-the-login"],
    ["  Résumé für Zoë ", "resume-fur-zoe"],
    ["ﬁle № 5", "file-no-5"],
    ["日本語", "task"],
    ["---", "task"],
    ["a".repeat(39) + " b", "a".repeat(39)],
  ])("of %j is %s", (text, slug) => {
    expect(slugOf(text)).toBe(slug);
  });

  test.each(HOSTILE)("of %j is safe in a branch and a path", (text) => {
    expect(slugOf(text)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(slugOf(text).length).toBeLessThanOrEqual(40);
  });

  test("of a very long text is short", () => {
    expect(slugOf("long ".repeat(100_000))).toBe("long-long-long-long-long-long-long-long");
  });

  test("of any text is safe in a branch and a path", () => {
    assert(
      property(string({ unit: "binary" }), (text) => {
        expect(slugOf(text)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      }),
    );
  });
});

describe("a title", () => {
  test.each([
    ["Fix the login.\n\nIt is broken.", "Fix the login."],
    ["\r\n  Fix\tthe   login \r\nNow.", "Fix the login"],
    ["", "untitled"],
    [" \n\t\n ", "untitled"],
    ["x".repeat(72), "x".repeat(72)],
    ["x".repeat(73), `${"x".repeat(71)}…`],
    ["🙂".repeat(100), `${"🙂".repeat(71)}…`],
  ])("of %j is its first line, cut to fit a table", (prompt, title) => {
    expect(titleOf(prompt)).toBe(title);
  });
});

describe("a branch", () => {
  test("names the task, its slug and the attempt", () => {
    expect(attemptBranch("k3m9", "Fix: the login", 2)).toBe("orchestra/k3m9-fix-the-login/2");
    expect(attemptBranch("add-login", "Form", 1)).toBe("orchestra/add-login--form/1");
  });

  test("is that of one task alone, whatever the others are called", () => {
    const owners = new Map<string, string>();
    for (const id of textsOf("a-").filter(isValidId)) {
      for (const title of textsOf("a ")) {
        const branch = attemptBranch(id, title, 1);
        expect([branch, owners.get(branch) ?? id]).toEqual([branch, id]);
        owners.set(branch, id);
      }
    }
  });
});

/** All texts of up to five of these letters. */
function textsOf(letters: string): string[] {
  const texts = [""];
  for (const text of texts) {
    if (text.length < 5) texts.push(...Array.from(letters, (letter) => text + letter));
  }
  return texts;
}
