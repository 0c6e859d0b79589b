import { expect, test } from "vitest";
import type { Config } from "./config.ts";
import { freshConfig } from "./fresh-config.ts";
import { DEFAULTS } from "./load-config.ts";
import { parseConfig } from "./parse-config.ts";

function parse(text: string | Uint8Array): Config {
  return parseConfig(
    "orchestra.yaml",
    typeof text === "string" ? new TextEncoder().encode(text) : text,
  );
}

test("an empty file means the defaults", () => {
  expect(parse("")).toEqual(DEFAULTS);
  expect(parse("# nothing but a comment\n")).toEqual(DEFAULTS);
});

test("everything that can be set is taken over", () => {
  const config = parse(`
$schema: https://example.com/schema.json
agents:
  mine: { adapter: command, command: [my-agent, "{prompt}"], prompt: file, env: { A: b }, limit: 2 }
defaults: { priority: 7, timeout: 1h30m, stall: 0, retries: 2 }
checks:
  - npm test
  - [npx, tsc]
  - { name: slow, run: make slow, timeout: 90 }
  - clean_tree
workspace: { copy: [.env], link: [node_modules], setup: ["npm ci", [make, deps]], env: { CI: "1" } }
merge: { enabled: false, target: develop }
limits: { parallel: 8 }
`);
  expect(config.agents["mine"]).toMatchObject({ promptBy: "file", limit: 2, env: { A: "b" } });
  expect(config.defaults).toEqual({
    agent: "mine",
    priority: 7,
    timeoutMs: 5_400_000,
    stallMs: 0,
    maxRetries: 2,
  });
  expect(config.checks).toMatchObject([
    { kind: "builtin", name: "exit_code" },
    { kind: "builtin", name: "has_changes" },
    { kind: "command", name: "npm test", command: ["sh", "-c", "npm test"] },
    { kind: "command", name: "npx tsc", command: ["npx", "tsc"] },
    { kind: "command", name: "slow", timeoutMs: 90_000 },
    { kind: "builtin", name: "clean_tree" },
  ]);
  expect(config.merge).toEqual({ enabled: false, target: "develop" });
  expect(config.limits.parallel).toBe(8);
});

test("the file that init writes is one that it can read", () => {
  const config = parse(freshConfig({ agents: ["claude"], testCommand: 'npm run "test"' }));
  expect(config.checks.at(-1)).toMatchObject({ name: 'npm run "test"' });
  expect(parse(freshConfig({ agents: [], testCommand: undefined })).checks).toEqual(
    DEFAULTS.checks,
  );
});

test.each([
  ["agents: [", /orchestra\.yaml:1:\d+: /],
  ["limits:\n\tparallel: 3\n", /orchestra\.yaml:2:\d+: /],
  ["limits:\n  paralel: 3\n", /orchestra\.yaml:2:3: limits: unknown key paralel/],
  ["limits:\n  parallel: many\n", /orchestra\.yaml:2:13: limits\.parallel: expected number/],
  ["limits: { parallel: 0 }", /limits\.parallel/],
  ["defaults: { timeout: soon }", /defaults\.timeout/],
  ["checks: npm test", /checks: expected array/],
  ["agents: { 'Bad Name': {} }", /agents/],
  ["- a list", /the file: expected object/],
  ["a: 1\na: 2\n", /unique/],
  ["just words", /the file: expected object/],
])("the mistake in %j is named with its place, and what to look for", (text, message) => {
  expect(() => parse(text)).toThrow(message);
  expect(() => parse(text)).toThrow(expect.objectContaining({ code: "INVALID_CONFIG" }));
});

test("bytes that are no text, and a file that is too large, are refused", () => {
  expect(() => parse(Uint8Array.of(0xff, 0xfe, 0x00))).toThrow(/UTF-8/);
  expect(() => parse(`# ${"x".repeat(1024 * 1024)}`)).toThrow(/1 MiB/);
});

test("a file that refers to itself without end is refused", () => {
  const levels = Array.from({ length: 12 }, (_, level) =>
    level === 0 ? "a0: &a0 [x]" : `a${level}: &a${level} [${`*a${level - 1},`.repeat(9)}]`,
  );
  expect(() => parse(levels.join("\n"))).toThrow(/orchestra\.yaml/);
});

test("carriage returns and a byte order mark do no harm", () => {
  expect(parse("\uFEFFlimits:\r\n  parallel: 5\r\n").limits.parallel).toBe(5);
});
