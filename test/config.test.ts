import {
  chmodSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  renameSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { COMMAND_SHAPES } from "./json-commands.ts";
import { REPORT_SHAPES } from "./report-shapes.ts";

const CONFIG = `# Who works.
agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin, env: { TOKEN: secret } }

limits:
  parallel: 2 # of them
`;

async function origins(project: RealProject, ...words: readonly string[]) {
  const { stdout } = await project.orchestra(...words, "config", "show", "--json");
  const { settings } = REPORT_SHAPES.ConfigShow.parse(JSON.parse(stdout));
  return Object.fromEntries(settings.map((one) => [one.key, one]));
}

test("what holds is shown, with where each value comes from", async () => {
  using project = createProject(CONFIG);
  expect(await origins(project)).toMatchObject({
    "agents.shell.adapter": { value: "command", origin: { kind: "file", line: 3 } },
    "agents.shell.env.TOKEN": { value: "(hidden)" },
    "agents.claude.adapter": { value: "claude", origin: { kind: "default" } },
    "defaults.agent": { value: "shell", origin: { kind: "default" } },
    "defaults.timeout": { value: "1h", origin: { kind: "default" } },
    "limits.parallel": { value: 2, origin: { kind: "file", file: "orchestra.yaml", line: 6 } },
    "workspace.root": { origin: { kind: "environment", name: "ORCHESTRA_HOME" } },
    store: { value: "sqlite:.orchestra/blackboard.db", origin: { kind: "default" } },
  });
  const { stdout } = await project.orchestra("config", "show", "--origin");
  expect(stdout).toMatch(/^limits\.parallel: 2 {2}# orchestra\.yaml:6$/m);
  expect(stdout).toMatch(/^defaults\.timeout: 1h {2}# default$/m);
  expect(stdout).not.toContain("secret");
  expect((await project.orchestra("config")).stdout).toMatch(/^limits\.parallel: 2$/m);
});

test("a flag beats a variable, and that beats the file", async () => {
  using project = createProject(`${CONFIG}store: files:a\n`);
  expect((await origins(project))["store"]).toMatchObject({
    value: "files:a",
    origin: { kind: "file", line: 7 },
  });
  const variables = { ORCHESTRA_STORE: "postgres://me:word@host/b" };
  const line = async (words: string): Promise<string> => {
    const { stdout } = await project.shell(`orchestra config show --origin ${words}`, variables);
    return /^store: .*$/m.exec(stdout)?.[0] ?? "";
  };
  expect(await line("")).toBe("store: postgres://me@host/b  # ORCHESTRA_STORE");
  expect(await line("--store files:c")).toBe("store: files:c  # --store");
});

test("every mistake is named with its place and with what is allowed", async () => {
  using project = createProject(
    "limits: { paralel: 3 }\ndefaults:\n  retries: 1000\n  priority: high\n",
  );
  const { exitCode, stdout } = await project.orchestra("config", "validate");
  expect(exitCode).toBe(3);
  expect(stdout.split("\n")).toEqual([
    "orchestra.yaml:1:11: limits: unknown key paralel; did you mean parallel?",
    "orchestra.yaml:3:12: defaults.retries: expected at most 100, got 1000.",
    'orchestra.yaml:4:13: defaults.priority: expected a number, got "high".',
    "",
  ]);
  const value = REPORT_SHAPES.ConfigValidate.parse(await project.json("config", "validate"));
  expect(value.mistakes.map(({ line }) => line)).toEqual([1, 3, 4]);
  expect((await project.orchestra("config", "show")).exitCode).toBe(3);
});

test("a file that is right, and one that is not there, are valid", async () => {
  using project = createProject(CONFIG);
  expect(await project.orchestra("config", "validate")).toMatchObject({
    exitCode: 0,
    stdout: "✓ orchestra.yaml is valid.\n",
  });
  rmSync(join(project.root, "orchestra.yaml"));
  expect((await project.orchestra("config", "validate")).stdout).toContain("the defaults hold");
});

test("setting a key changes that and no more, and the next command has it", async () => {
  using project = createProject(CONFIG);
  const file = join(project.root, "orchestra.yaml");
  chmodSync(file, 0o640);
  const set = await project.orchestra("config", "set", "limits.parallel", "4");
  expect(set).toMatchObject({
    exitCode: 0,
    stdout: "limits.parallel: 4 (was 2) in orchestra.yaml\n",
  });
  expect(project.read("orchestra.yaml")).toBe(CONFIG.replace("2 #", "4 #"));
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect((await origins(project))["limits.parallel"]).toMatchObject({ value: 4 });

  const { isChanged, before, after } = REPORT_SHAPES.ConfigSet.parse(
    await project.json("config", "set", "agents.shell.env.TOKEN", "another"),
  );
  expect({ isChanged, before, after }).toEqual({
    isChanged: true,
    before: "(hidden)",
    after: "(hidden)",
  });
  expect(project.read("orchestra.yaml")).toContain("TOKEN: another");
  expect((await project.orchestra("config", "set", "defaults.priority", "-5")).exitCode).toBe(0);
  expect(project.read("orchestra.yaml")).toContain("priority: -5");
});

test("the password of a store is never printed, nor is a variable of an agent that is set", async () => {
  using project = createProject("store: postgres://me:word@host/b\n");
  const set = await project.orchestra("config", "set", "store", "postgres://me:other@host/c");
  expect(set.stdout).toBe(
    "store: postgres://me@host/c (was postgres://me@host/b) in orchestra.yaml\n",
  );
  expect(project.read("orchestra.yaml")).toContain("me:other@host/c");
  expect(
    await project.json("config", "set", "store", "postgres://me:word@host/d?password=word"),
  ).toMatchObject({ before: "postgres://me@host/c", after: "postgres://me@host/d?password=…" });
  const unset = await project.orchestra("config", "unset", "store");
  expect(unset.stdout).toContain("(was postgres://me@host/d?password=…)");

  const agent = "{ command: [sh], env: { TOKEN: secret } }";
  const { stdout } = await project.orchestra("config", "set", "agents.shell", agent);
  expect(stdout).toContain('"env":{"TOKEN":"(hidden)"}');
});

test("what is not allowed changes no byte, and says what is", async () => {
  using project = createProject(CONFIG);
  const before = statSync(join(project.root, "orchestra.yaml")).mtimeMs;
  for (const [key, value, said] of [
    ["limits.parallel", "0", "limits.parallel: expected at least 1, got 0. Nothing was changed."],
    [
      "limits.paralel",
      "1",
      "limits: unknown key paralel; did you mean parallel? Nothing was changed.",
    ],
    ["store", "nowhere", "store: expected postgres://"],
  ] as const) {
    expect(await project.orchestra("config", "set", key, value)).toMatchObject({
      exitCode: 2,
      stdout: "",
      stderr: expect.stringContaining(said),
    });
  }
  const { stdout } = await project.orchestra("config", "set", "limits", "3", "--json");
  expect(COMMAND_SHAPES.Failed.parse(JSON.parse(stdout)).error.code).toBe("INVALID_ARGUMENT");
  expect(project.read("orchestra.yaml")).toBe(CONFIG);
  expect(statSync(join(project.root, "orchestra.yaml")).mtimeMs).toBe(before);
});

test("a file that is wrong elsewhere is left as it is", async () => {
  using project = createProject("limits: { parallel: 0 }\n");
  expect(await project.orchestra("config", "set", "retention", "7d")).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining("orchestra.yaml:1:21: limits.parallel: expected at least 1"),
  });
  expect(project.read("orchestra.yaml")).toBe("limits: { parallel: 0 }\n");
});

test("a file that is a link stays one, and where there is none one is made", async () => {
  using project = createProject(CONFIG);
  const file = join(project.root, "orchestra.yaml");
  renameSync(file, join(project.root, "real.yaml"));
  symlinkSync("real.yaml", file);
  await project.orchestra("config", "set", "limits.parallel", "5");
  expect(project.read("real.yaml")).toContain("parallel: 5");
  rmSync(file);
  await project.orchestra("config", "set", "limits.parallel", "6");
  expect(project.read("orchestra.yaml")).toBe("limits:\n  parallel: 6\n");
  expect(
    readdirSync(project.root).filter((name) => name.startsWith("orchestra.yaml")),
  ).toHaveLength(1);
});

test("a folder that cannot be written leaves the file as it is", async (context) => {
  context.skip(process.getuid?.() === 0, "Root may write anywhere.");
  using project = createProject(CONFIG);
  writeFileSync(join(project.root, ".gitignore"), "");
  chmodSync(project.root, 0o555);
  const { exitCode } = await project.orchestra("config", "set", "limits.parallel", "4");
  chmodSync(project.root, 0o755);
  expect(exitCode).toBe(75);
  expect(project.read("orchestra.yaml")).toBe(CONFIG);
});

test("a key that is taken out has its default again, and one that is not there stays away", async () => {
  using project = createProject("# Mine.\nlimits:\n  parallel: 4 # many\nchecks: []\n");
  const value = await project.json("config", "unset", "limits.parallel");
  expect(REPORT_SHAPES.ConfigSet.parse(value)).toMatchObject({ before: 4, isChanged: true });
  expect(project.read("orchestra.yaml")).toBe("# Mine.\nchecks: []\n");
  expect((await project.orchestra("config", "unset", "limits.parallel")).stdout).toBe(
    "limits.parallel is not set in orchestra.yaml.\n",
  );
  expect((await project.orchestra("config", "unset", "checks")).stdout).toBe(
    "checks is no longer set in orchestra.yaml (was [])\n",
  );
});
