import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { COMMAND_SHAPES } from "./json-commands.ts";

/** The example of the page, as it stands there. */
function documented(title: string): string {
  const page = readFileSync("docs/agents.md", "utf8");
  const found = page.split("```yaml\n").find((part) => part.startsWith(`# ${title}\n`));
  return found?.split("```")[0] ?? "";
}

/** A project whose agent is a CLI that was written for this test alone. */
function projectWithNova(): RealProject {
  const config = `${documented("A new CLI, by configuration alone")}checks: []\n`;
  const project = createProject(config);
  const nova = join(project.root, "../bin/nova");
  copyFileSync("test/fixtures/clis/nova.mjs", nova);
  chmodSync(nova, 0o755);
  return project;
}

const ONE_CALL = { inputTokens: 400, cacheReadTokens: 800, outputTokens: 34 };
const TWO_CALLS = { inputTokens: 800, cacheReadTokens: 1_600, outputTokens: 68 };

test("the documented configuration of a new CLI works, with tokens and cost", async () => {
  using project = projectWithNova();
  await project.orchestra("start", "Write something.", "--id", "one");
  expect(await project.orchestra("run")).toMatchObject({ exitCode: 0 });
  const { attempts } = COMMAND_SHAPES.Show.parse(await project.json("show", "one"));
  expect(attempts).toMatchObject([{ state: "succeeded", usage: TWO_CALLS, costUsd: 0.009_45 }]);
  expect(project.read("nova.txt")).toBe("runed\n");
  const { stdout } = await project.orchestra("logs", "one");
  for (const said of ["I look", "shell", "It is done after 2 calls."]) {
    expect(stdout).toContain(said);
  }
});

test("its session is resumed, and what it used before is not counted twice", async () => {
  using project = projectWithNova();
  await project.orchestra("start", "Meet trouble.", "--id", "two");
  expect(await project.orchestra("run")).toMatchObject({ exitCode: 0 });
  const { attempts } = COMMAND_SHAPES.Show.parse(await project.json("show", "two"));
  const [first, second] = attempts;
  expect(first).toMatchObject({
    state: "failed",
    failure: { class: "network", message: "The model was not reached." },
    usage: ONE_CALL,
  });
  expect(second).toMatchObject({ state: "succeeded", resumesSession: true, usage: TWO_CALLS });
  expect(second?.sessionId).toBe(first?.sessionId);
  expect((first?.costUsd ?? 0) + (second?.costUsd ?? 0)).toBeCloseTo(0.014_175, 4);
  expect(project.read("nova.txt")).toBe("resumeed\n");
});

test("an adapter of the project's own works as documented", async () => {
  const config = `${documented("An adapter of your own")}checks: []\n`;
  using project = createProject(config);
  const page = readFileSync("docs/agents.md", "utf8");
  const module = page.split("```js\n")[1]?.split("```")[0] ?? "";
  mkdirSync(join(project.root, "agents"));
  writeFileSync(join(project.root, "agents/counting.js"), module);
  const script = "cat > got.txt; echo say Hello.; echo used 42; echo answer I counted.\n";
  writeFileSync(join(project.root, "count.sh"), script);
  project.git("add", "-A");
  project.git("commit", "-qm", "An agent");
  await project.orchestra("start", "Count.", "--id", "one");
  expect(await project.orchestra("run")).toMatchObject({ exitCode: 0 });
  const { attempts } = COMMAND_SHAPES.Show.parse(await project.json("show", "one"));
  expect(attempts).toMatchObject([{ state: "succeeded", usage: { outputTokens: 42 } }]);
  expect((await project.orchestra("agents", "list")).stdout).toContain("./agents/counting.js");
});

test("every trap that the page names is held by the tests that it names", () => {
  const page = readFileSync("docs/agents.md", "utf8");
  const [, table = ""] = page.split("## Traps, and the tests that hold them");
  const rows =
    table
      .split("\n## ")[0]
      ?.split("\n")
      .filter((line) => line.startsWith("| ")) ?? [];
  expect(rows.length).toBeGreaterThan(20);
  const missing = rows.slice(2).flatMap((row) => {
    const named = [...row.matchAll(/\]\(\.\.\/([^)]+)\)|`([^`]+)`/g)];
    const files = named.flatMap(([, file]) => (file === undefined ? [] : [file]));
    const sources = files.map((file) => readFileSync(file, "utf8")).join("\n");
    const titles = named.flatMap(([, , title]) => (title === undefined ? [] : [title]));
    return titles.filter(
      (title) => title.includes(" ") && title !== "npm run bench" && !sources.includes(title),
    );
  });
  expect(missing).toEqual([]);
});
