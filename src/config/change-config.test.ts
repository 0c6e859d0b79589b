import { describe, expect, test } from "vitest";
import { changeConfig } from "./change-config.ts";

const FILE = `# Who works.
agents:
  mine: { command: [my-agent, "{prompt}"] } # by hand

limits:
  parallel: 3 # of them

# The last word.
`;

function textAfter(text: string, key: string, typed: string): string {
  const change = changeConfig(text, key, typed);
  return "text" in change ? change.text : `${change.kind}: ${JSON.stringify(change)}`;
}

describe("setting a key writes no more anew than it must", () => {
  test.each<[string, string, string, string, string]>([
    ["a number", FILE, "limits.parallel", "8", FILE.replace("3 #", "8 #")],
    [
      "a list",
      FILE,
      "agents.mine.command",
      "[a, b]",
      FILE.replace('[my-agent, "{prompt}"]', '["a","b"]'),
    ],
    [
      "a key beside others",
      FILE,
      "agents.other.adapter",
      "codex",
      FILE.replace("by hand\n", "by hand\n  other:\n    adapter: codex\n"),
    ],
    [
      "a key at the top",
      FILE,
      "retention",
      "7d",
      FILE.replace("of them\n", "of them\nretention: 7d\n"),
    ],
    [
      "what is quoted",
      'defaults: { timeout: "1h" }\n',
      "defaults.timeout",
      "90s",
      "defaults: { timeout: 90s }\n",
    ],
    [
      "a key with nothing under it",
      "limits:\n",
      "limits.parallel",
      "2",
      "limits:\n  parallel: 2\n",
    ],
    ["a file that is not there", "", "limits.parallel", "2", "limits:\n  parallel: 2\n"],
    [
      "a file of comments",
      "# nothing",
      "limits.parallel",
      "2",
      "# nothing\nlimits:\n  parallel: 2\n",
    ],
    [
      "a file without a line end",
      "retention: 7d",
      "limits.parallel",
      "2",
      "retention: 7d\nlimits:\n  parallel: 2\n",
    ],
    [
      "lines of Windows",
      "limits:\r\n  parallel: 2\r\n",
      "retention",
      "7d",
      "limits:\r\n  parallel: 2\r\nretention: 7d\r\n",
    ],
    [
      "a list of lines",
      "checks:\n  - a # why\n  - b\n",
      "checks.1",
      "npm test",
      "checks:\n  - a # why\n  - npm test\n",
    ],
    ["the same again", FILE, "limits.parallel", "3", FILE],
  ])("%s", (_name, text, key, typed, expected) => {
    expect(textAfter(text, key, typed)).toBe(expected);
  });

  test("a map in braces gets its key, and comments stay", () => {
    const text = textAfter(FILE, "agents.mine.model", "fast");
    expect(text).toContain("model: fast");
    for (const comment of ["# Who works.", "# by hand", "# of them", "# The last word."]) {
      expect(text).toContain(comment);
    }
  });
});

test.each<[string, string, unknown]>([
  ["limits.parallel", "8", 8],
  ["merge.enabled", "false", false],
  ["defaults.timeout", "90", 90],
  ["agents.mine.model", "4", "4"],
  ["agents.mine.model", '"4"', "4"],
  ["agents.mine.env.PORT", "8080", "8080"],
  ["merge.target", "release: now", undefined],
  ["checks", "[npm test, clean_tree]", ["npm test", "clean_tree"]],
  ["merge.target", "no#comment", "no#comment"],
])("%s set to %s means %j", (key, typed, expected) => {
  const change = changeConfig(FILE, key, typed);
  expect("after" in change ? change.after : undefined).toEqual(expected);
});

test.each<[string, string, string]>([
  ["limits.parallel", "many", 'limits.parallel: expected a number, got "many"'],
  ["limits.paralel", "3", "limits: unknown key paralel; did you mean parallel?"],
  ["limits", "3", "limits: expected keys with values, got 3"],
  ["limits.parallel.x", "3", "limits.parallel.x: there is no place for it in the file"],
  ["limits..parallel", "3", "limits..parallel: expected a key such as limits.parallel"],
  ["defaults.agent", "nobody", 'defaults.agent: expected one of mine, claude, got "nobody"'],
])("%s set to %s is refused", (key, typed, problem) => {
  expect(changeConfig(FILE, key, typed)).toEqual({ kind: "refused", problem });
});

test("a file that is wrong elsewhere is named, and one whose mistake is set right is written", () => {
  const wrong = "limits: { parallel: 0 }\n";
  expect(changeConfig(wrong, "retention", "7d")).toMatchObject({
    kind: "mistaken",
    mistake: { line: 1, problem: expect.stringContaining("limits.parallel") },
  });
  expect(textAfter(wrong, "limits.parallel", "1")).toBe("limits: { parallel: 1 }\n");
  expect(changeConfig("limits: [", "limits.parallel", "1")).toMatchObject({ kind: "mistaken" });
});
