import { expect, test } from "vitest";
import { adapterFor } from "../agents/adapters.ts";
import type { Config } from "./config.ts";
import { freshConfig } from "./fresh-config.ts";
import { DEFAULTS } from "./defaults.ts";
import { parseConfig } from "./parse-config.ts";
import { ADAPTERS } from "./schema.ts";

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
    fallbackAgents: [],
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
  const config = parse(
    freshConfig({ agents: ["claude"], testCommand: 'npm run "test"', setupCommand: "npm ci" }),
  );
  expect(config.checks.at(-1)).toMatchObject({ name: 'npm run "test"' });
  expect(
    parse(freshConfig({ agents: [], testCommand: undefined, setupCommand: undefined })).checks,
  ).toEqual(DEFAULTS.checks);
});

test.each([
  ["agents: [", "1:10", /./],
  [
    "agents: { claude: { template: /etc/hostname } }",
    "1:31",
    /expected a file of the project, as prompts\/mine\.md, got "\/etc\/hostname"/,
  ],
  ["agents: { claude: { template: ../lines } }", "1:31", /expected a file of the project/],
  ["limits:\n\tparallel: 3\n", "2:1", /Tabs/],
  ["a: 1\na: 2\n", "2:1", /a key that was there before; keep one/],
  ["limits: {}\n---\nlimits: {}", "2:1", /second document/],
  ["? [a, b]\n: 1", "1:3", /a key that is not text/],
  ["limits: !!js/function x", "1:9", /tag/],
  ["limits: *gone", "1:9", /an alias that stands for nothing/],
  [`checks: ${"[".repeat(5_000)}`, "1:", /nested too deeply/],
  ["- a list", "1:1", /the file: expected keys with values, got a list/],
  ["just words", "1:1", /the file: expected keys with values, got "just words"/],
  [
    "limits:\n  paralel: 3\n",
    "2:3",
    /limits: unknown key paralel; did you mean parallel\? Nothing/,
  ],
  ["limits:\n  foo: 3\n", "2:3", /limits: unknown key foo; known here: parallel\. Nothing/],
  ["chekcs: []", "1:1", /did you mean checks\?/],
  ["limits:\n  <<: { parallel: 3 }", "2:3", /limits: unknown key <</],
  [
    "checks: [{ run: x, timout: 3 }]",
    "1:20",
    /checks\.0: unknown key timout; did you mean timeout/,
  ],
  ["agents: { a: { comand: [x] } }", "1:16", /agents\.a: unknown key comand; did you mean command/],
  ["limits:\n  parallel: many\n", "2:13", /limits\.parallel: expected a number, got "many"/],
  [
    'workspace: { ports: 2, env: { API: "localhost:{port+2}" } }',
    "1:36",
    /workspace\.env\.API: expected workspace\.ports to be 3 or more/,
  ],
  ["limits: { parallel: 0 }", "1:21", /limits\.parallel: expected at least 1, got 0/],
  ["limits: { parallel: 1.5 }", "1:21", /limits\.parallel: expected a whole number, got 1\.5/],
  ["defaults: { retries: 101 }", "1:22", /expected at most 100, got 101/],
  ["defaults: { timeout: soon }", "1:22", /defaults\.timeout: expected a duration .*"soon"/],
  ["defaults: { timeout: .inf }", "1:22", /expected a duration .*Infinity/],
  ["defaults: { timeout: 0 }", "1:22", /expected a duration from 1s to 30d, got 0/],
  ["defaults: { stall: 31d }", "1:20", /expected 0 or a duration from 1s to 30d, got "31d"/],
  ["checks: npm test", "1:9", /checks: expected a list, got "npm test"/],
  ["agents: { a: { command: [true] } }", "1:26", /expected text, got true; put it in quotes/],
  ["checks:\n", "1:8", /checks: expected a list, got nothing/],
  ["checks: [7]", "1:10", /checks\.0: expected a line for sh, .*got 7/],
  ["checks: [{ name: x }]", "1:10", /checks\.0: expected a line for sh/],
  ["agents: { 'Bad Name': {} }", "1:11", /agents\.Bad Name: expected a name of up to 64/],
  [
    "agents: { a: { adapter: claud } }",
    "1:25",
    /one of claude, .*command, .*did you mean claude\?/,
  ],
  ["agents: { a: {} }", "1:11", /agents\.a: expected a command/],
  ["agents: { a: { adapter: acp } }", "1:11", /agents\.a: expected a command.*\[a, --acp\]/],
  ['agents: { a: { command: ["a\\0b"] } }', "1:26", /without a NUL character/],
  ["defaults: { agent: [claude, nobody] }", "1:20", /expected one of claude, got "nobody"/],
  ["defaults: { agent: [] }", "1:20", /agent/],
  ["defaults: { agent: nobody }", "1:20", /expected one of claude, got "nobody"/],
  ["merge: { target: --upload-pack=x }", "1:18", /merge\.target: expected the name of a branch/],
  ["merge: { target: main~1 }", "1:18", /merge\.target: expected the name of a branch/],
  ["merge: { enabled: yes }", "1:19", /merge\.enabled: expected true or false, got "yes"/],
])("the mistake in %j is named with its place and what to write", (text, place, message) => {
  expect(() => parse(text)).toThrow(`orchestra.yaml:${place}`);
  expect(() => parse(text)).toThrow(message);
  expect(() => parse(text)).toThrow(expect.objectContaining({ code: "INVALID_CONFIG" }));
});

test("what a variable holds is not told in a mistake", () => {
  const text = "workspace: { env: { PIN: 4711 } }";
  expect(() => parse(text)).toThrow(
    "orchestra.yaml:1:26: workspace.env.PIN: expected text, got a number; put it in quotes. Nothing was changed.",
  );
});

test("of a list of agents the first works, and the others follow", () => {
  const text =
    "agents: { a: { command: [x] }, b: { command: [y] } }\ndefaults: { agent: [b, claude, a] }";
  expect(parse(text).defaults).toMatchObject({ agent: "b", fallbackAgents: ["claude", "a"] });
});

test("an agent of an adapter's name is worked by that adapter", () => {
  const { agents } = parse("agents: { claude: { model: opus }, mine: { command: [x] } }");
  expect(agents["claude"]).toMatchObject({ adapter: "claude", model: "opus", command: [] });
  expect(agents["mine"]).toMatchObject({ adapter: "command", promptBy: "argument" });
});

test.each([
  ["{}", "claude"],
  ["agents: { mine: { command: [x] } }", "mine"],
  ["agents: { mine: { command: [x] }, other: { command: [y] } }", "claude"],
  ["agents: { mine: { command: [x] } }\ndefaults: { agent: claude }", "claude"],
])("with %j, a task that names nobody is for %s", (text, agent) => {
  expect(parse(text).defaults.agent).toBe(agent);
});

test.each(ADAPTERS)("the adapter %s, which may be named, is there", async (adapter) => {
  const { agents } = parse(`agents: { ${adapter}: { adapter: ${adapter}, command: [x] } }`);
  const adapters = await Promise.all(
    Object.values(agents).map(async (one) => adapterFor(one, "/nowhere")),
  );
  expect(adapters.map(({ name }) => name)).toContain(adapter);
});

test("a file of many lines is read in no time that anybody notices", () => {
  const checks = Array.from({ length: 20_000 }, (_, index) => `  - npm test -- part-${index}\n`);
  expect(parse(`checks:\n${checks.join("")}`).checks).toHaveLength(20_002);
});

test("bytes that are no text, and a file that is too large, are refused", () => {
  expect(() => parse(Uint8Array.of(0xff, 0xfe, 0x00))).toThrow(/UTF-8/);
  expect(() => parse(`# ${"x".repeat(1024 * 1024)}`)).toThrow(/1 MiB/);
});

test("a file that refers to itself without end is refused", () => {
  const levels = Array.from({ length: 12 }, (_, level) =>
    level === 0 ? "a0: &a0 [x]" : `a${level}: &a${level} [${`*a${level - 1},`.repeat(9)}]`,
  );
  expect(() => parse(levels.join("\n"))).toThrow(/orchestra\.yaml:2:\d+: an alias .* too much/);
  expect(() => parse("checks: &a [*a]")).toThrow(
    expect.objectContaining({ name: "OrchestraError" }),
  );
});

test("carriage returns and a byte order mark do no harm", () => {
  expect(parse("\uFEFFlimits:\r\n  parallel: 5\r\n").limits.parallel).toBe(5);
});

test.each([
  [
    "agents:\n  claude: { resume: [claude, --resume] }\n",
    /:2:13: agents\.claude\.resume: expected the adapter command; claude knows that of its CLI/,
  ],
  [
    'agents:\n  mine: { command: [a], resume: [a, -r, "{session_id}"] }\n',
    /agents\.mine\.resume: expected \{session_id\} in command, or a line of output/,
  ],
  [
    "agents:\n  mine: { command: [a], output: { kind: type, lines: { a: { txt: b } } } }\n",
    /agents\.mine\.output\.lines\.a: unknown key txt; did you mean text\?/,
  ],
  [
    "agents:\n  mine: { command: [a], output: { kind: a..b, lines: {} } }\n",
    /agents\.mine\.output\.kind: .*path/,
  ],
])("what only some commands can have is refused elsewhere: %j", (text, message) => {
  expect(() => parse(text)).toThrow(message);
});
