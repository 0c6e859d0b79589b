import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readConfigFile } from "./read-config-file.ts";
import { HIDDEN, settingsOf, type Overrides, type Setting } from "./settings.ts";

const NONE: Overrides = {
  store: undefined,
  worktrees: { folder: "/data/worktrees", origin: { kind: "default" } },
  listed: { file: "agent-config.json", agents: {} },
};

function settingsIn(text: string, overrides = NONE): readonly Setting[] {
  const reading = readConfigFile(new TextEncoder().encode(text));
  if (reading.kind === "mistaken") throw new Error(reading.mistakes[0].problem);
  return settingsOf("orchestra.yaml", reading.read, overrides);
}

function setting(key: string, text: string, overrides = NONE): Setting | undefined {
  return settingsIn(text, overrides).find((one) => one.key === key);
}

test("every documented key is shown, but for those of an agent that are not set, in their order", () => {
  const page = readFileSync("docs/configuration.md", "utf8");
  const documented = [...page.matchAll(/^\| `([a-z][\w.]+)` /gm)].map(([, key = ""]) => key);
  const shown = settingsIn("").map(({ key }) => key);
  const top = documented.filter((key) => !key.startsWith("agents."));
  expect(shown.filter((key) => !key.startsWith("agents."))).toEqual(top);
  expect(shown.slice(0, 2)).toEqual(["agents.claude.adapter", "agents.claude.prompt"]);
});

test.each<[string, string, unknown, Setting["origin"]["kind"]]>([
  ["defaults.timeout", "", "1h", "default"],
  ["defaults.timeout", "defaults: { timeout: 90 }", 90, "file"],
  ["defaults.retries", "defaults: { timeout: 90 }", 4, "default"],
  ["defaults.agent", "agents: { codex: {} }", "codex", "default"],
  [
    "defaults.agent",
    "agents: { codex: {} }\ndefaults: { agent: [claude, codex] }",
    ["claude", "codex"],
    "file",
  ],
  ["agents.codex.adapter", "agents: { codex: {} }", "codex", "default"],
  ["checks", "checks: [npm test, exit_code]", ["exit_code", "has_changes", "npm test"], "file"],
  ["merge.target", "", undefined, "default"],
  ["workspace.root", "", "/data/worktrees", "default"],
  ["workspace.root", "workspace: { root: ../w }", "../w", "file"],
  ["workspace.env.CI", "workspace: { env: { CI: '1' } }", HIDDEN, "file"],
  ["agents.codex.env.KEY", "agents: { codex: { env: { KEY: k } } }", HIDDEN, "file"],
  ["store", "store: postgres://me:word@host/db", "postgres://me@host/db", "file"],
])("%s of %j is %j, from the %s", (key, text, value, kind) => {
  expect(setting(key, text)).toMatchObject({ value, origin: { kind } });
});

test("the line is that of the value, and of an alias that of what uses it", () => {
  const text = "agents:\n  a: &same\n    command: [sh]\n  b: *same\n";
  expect(setting("agents.a.command", text)?.origin).toMatchObject({ line: 3 });
  expect(setting("agents.b.command", text)?.origin).toMatchObject({ line: 4 });
});

test("a store that is named otherwise beats the file, and its password is not shown", () => {
  const origin = { kind: "flag", name: "--store" } as const;
  const store = { url: "mysql://me:word@host/db", origin };
  expect(setting("store", "store: files:a", { ...NONE, store })).toEqual({
    key: "store",
    value: "mysql://me@host/db",
    origin,
  });
});
