import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { HEAD_BYTES, TAIL_BYTES } from "../src/agents/process/cut-output.ts";
import { createProject } from "./agents/real-project.ts";
import { COMMAND_SHAPES } from "./json-commands.ts";

const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: []
`;

test("of what an agent printed, its head and its tail are kept once its attempt is over", async () => {
  using project = createProject(CONFIG);
  const line = "0123456789".repeat(20);
  const script = `echo first; yes ${line} | head -n 400000; echo last; echo x > x.txt; exit 0`;
  await project.orchestra("start", script, "--id", "long");
  await project.orchestra("start", "echo all of it; echo y > y.txt; exit 0", "--id", "short");
  expect((await project.orchestra("run")).exitCode).toBe(0);

  const stdout = join(project.root, ".orchestra/attempts/long-1/stdout");
  const bytes = statSync(stdout).size;
  expect(bytes).toBeLessThan(HEAD_BYTES + TAIL_BYTES + 100);
  expect(bytes).toBeGreaterThan(HEAD_BYTES + TAIL_BYTES - 1_000);
  const text = readFileSync(stdout, "latin1");
  expect(text.startsWith(`first\n${line}\n`)).toBe(true);
  expect(text.endsWith(`${line}\nlast\n`)).toBe(true);
  expect(text.match(/^.* \d+ bytes left out .*$/gm)).toHaveLength(1);
  expect(existsSync(`${stdout}.new`)).toBe(false);
  expect(project.read(".orchestra/attempts/short-1/stdout")).toBe("all of it\n");
});

test("of a task to which very much happened, the newest is shown, and how much there was", async () => {
  using project = createProject(CONFIG);
  await project.orchestra("start", "echo x > x.txt; exit 0", "--id", "one");
  await project.orchestra("run");
  const before = COMMAND_SHAPES.Show.parse(await project.json("show", "one"));
  const database = new DatabaseSync(join(project.root, ".orchestra/blackboard.db"));
  database.exec(`
    update events set seq = seq + 5000 where type != 'run_created' and type != 'task_added';
    with recursive numbers (n) as (values (100) union all select n + 1 from numbers where n < 3000)
    insert into events select run_id, n, at, type, task_id, data
      from numbers, (select * from events where type = 'task_readied')`);
  database.close();
  const { events, eventCount } = COMMAND_SHAPES.Show.parse(await project.json("show", "one"));
  expect(events).toHaveLength(1_000);
  expect(eventCount).toBe(before.eventCount + 2_901);
  expect(events.at(-1)).toMatchObject({ type: "task_completed" });
  const { stdout } = await project.orchestra("show", "one");
  expect(stdout).toContain(`… ${eventCount - 1_000} events before`);
});

test("the page about limits names every bound of the source, and where it is", () => {
  const page = readFileSync("docs/limits.md", "utf8");
  const named = [...page.matchAll(/^\|.*\| ((?:`\w+`(?:, )?)+) in \[.*\]\(\.\.\/(.*)\) *\|$/gm)];
  expect(named.length).toBeGreaterThan(50);
  const rows = named.flatMap(([, names = "", file = ""]) =>
    [...names.matchAll(/\w+/g)].map(([name]) => `${file}: ${name}`),
  );
  const missing = rows.filter((row) => {
    const [file = "", name = ""] = row.split(": ");
    return !new RegExp(`(const|function) ${name}\\b`).test(readFileSync(file, "utf8"));
  });
  expect(missing).toEqual([]);
  expect(boundsOfSource().filter((bound) => !rows.includes(bound))).toEqual([]);
});

/** Constants that are bounds by their name, with their files. */
function boundsOfSource(): string[] {
  const files = globSync("src/**/*.ts", {
    exclude: ["**/*.test.ts", "**/testing/**", "**/conformance/**", "**/conformance.ts"],
  });
  return files.flatMap((file) =>
    [
      ...readFileSync(file, "utf8").matchAll(/^(?:export )?const (MAX_\w+|\w+_MAX(?:_\w+)?)\b/gm),
    ].map(([, name]) => `${file}: ${name}`),
  );
}
