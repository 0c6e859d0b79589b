import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  isLeftOut,
  MARIADB,
  startMysql,
  type MysqlService,
} from "../src/store/testing/mysql-service.ts";
import {
  isPostgresInstalled,
  startPostgres,
  type PostgresService,
} from "../src/store/testing/postgres-service.ts";
import { urlOf } from "../src/store/testing/server-at.ts";
import { createProject, type RealProject } from "./agents/real-project.ts";
import { holdAgent } from "./held-agent.ts";

const AGENTS = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: []
`;

test("the store is the one that is typed, or in the surroundings, or configured, in this order", async () => {
  using project = createProject(`${AGENTS}store: sqlite:configured.db\n`);
  const variables = { ORCHESTRA_STORE: "sqlite:variable.db" };
  await project.shell("orchestra --store sqlite:typed.db start x --id typed", variables);
  await project.shell("orchestra start x --id variable", variables);
  await project.shell("orchestra start x --id configured", { ORCHESTRA_STORE: "" });

  expect(await tasksIn(project, "--store", "sqlite:typed.db")).toEqual(["typed"]);
  expect(await tasksIn(project, "--store", "sqlite:variable.db")).toEqual(["variable"]);
  expect(await tasksIn(project)).toEqual(["configured"]);
  expect(existsSync(join(project.root, ".orchestra/blackboard.db"))).toBe(false);
});

test("an attempt is not taken for one of the same name that another blackboard knew", async () => {
  using project = createProject(AGENTS);
  await project.orchestra("start", "echo alpha > alpha.txt; exit 0", "--id", "same");
  expect(await project.orchestra("run")).toMatchObject({ exitCode: 0 });
  for (const end of ["", "-wal", "-shm"]) {
    rmSync(join(project.root, `.orchestra/blackboard.db${end}`), { force: true });
  }

  await project.orchestra("start", "echo gamma > gamma.txt; exit 0", "--id", "same");
  expect(await project.orchestra("run")).toMatchObject({ exitCode: 0 });
  expect(project.read("gamma.txt")).toBe("gamma\n");
  const folders = readdirSync(join(project.root, ".orchestra/attempts"));
  expect(folders.toSorted()).toEqual(["same-1", expect.stringMatching(/^same-1\.of-\d+$/)]);
});

test("a shared blackboard is worked from clones that have what was merged for it", async () => {
  using project = createProject(AGENTS);
  const clone = join(project.root, "../clone");
  project.git("clone", "--quiet", project.root, clone);
  const shared = `sqlite:${join(project.root, "../shared.db")}`;
  await project.orchestra("start", "echo one > one.txt; exit 0", "--id", "one", "--store", shared);
  expect(await project.orchestra("run", "--store", shared)).toMatchObject({ exitCode: 0 });

  const runThere = `cd ${clone} && orchestra --store ${shared} run`;
  expect(await project.shell(runThere)).toMatchObject({
    exitCode: 3,
    stderr: expect.stringMatching(/Task one was merged into main as .* does not have/),
  });
  project.git("-C", clone, "pull", "--quiet");
  expect(await project.shell(runThere)).toMatchObject({ exitCode: 0 });
});

test("agents that were begun beside one clone are not given up from another", async () => {
  using project = createProject(AGENTS);
  const clone = join(project.root, "../clone");
  project.git("clone", "--quiet", project.root, clone);
  const shared = `sqlite:${join(project.root, "../shared.db")}`;
  const runThere = `cd ${clone} && orchestra --store ${shared} run`;
  const agent = holdAgent(project);
  const prompt = `${agent.waits}; echo one > one.txt; exit 0`;
  await project.orchestra("start", prompt, "--id", "one", "--store", shared);
  const running = project.shell(`orchestra --store ${shared} run & echo $! > ../pid; wait`);
  await agent.began();
  process.kill(Number(project.read("../pid")), "SIGKILL");
  await running;

  expect(await project.shell(runThere)).toMatchObject({
    exitCode: 75,
    stderr: expect.stringMatching(/one-1 were begun in another clone.*--take-over/),
  });
  await agent.goOn();
  expect(await project.orchestra("run", "--store", shared)).toMatchObject({ exitCode: 0 });
  const shown = await project.json("show", "one", "--store", shared);
  expect(shown).toMatchObject({ attempts: [{ state: "succeeded" }] });
});

test("an agent's own commands mean the store that its run was told", async () => {
  using project = createProject(AGENTS);
  const store = ["--store", "sqlite:.orchestra/other.db"];
  const queue = "orchestra start --stdin --id two --target main";
  const second = `printf 'echo two > two.txt; exit 0' | ${queue}`;
  const prompt = `${second}; echo one > one.txt; exit 0`;
  await project.orchestra("start", prompt, "--id", "one", ...store);
  expect(await project.orchestra("run", ...store)).toMatchObject({ exitCode: 0 });
  expect(await tasksIn(project, ...store)).toEqual(["one", "two"]);
  expect(project.read("two.txt")).toBe("two\n");
});

test.each([
  ["memory:", 2, /gone when the command ends\. Name one that stays/],
  ["sqlite:nowhere/blackboard.db", 75, /no folder .*nowhere to keep the blackboard in/],
  ["files:nowhere/blackboard", 75, /no folder .*nowhere to keep the blackboard in/],
  ["files:orchestra.yaml", 75, /orchestra\.yaml is no folder, and so no blackboard/],
  ["oracle://ada:s3cret@db/shop", 2, /expected postgres/],
  ["postgres://ada:s3cret@db", 2, /names no database/],
  ["postgres://ada:s3cret@127.0.0.1:1/shop", 75, /cannot be reached.*Start the database server/],
  ["mysql://ada:s3cret@127.0.0.1:1/shop", 75, /cannot be reached.*Start the database server/],
])("the store %s ends every command with one line", async (url, exitCode, words) => {
  using project = createProject(AGENTS);
  for (const command of [["start", "x"], ["status"], ["run"], ["status", "--json"]]) {
    const ran = await project.orchestra(...command, "--store", url);
    expect(ran).toMatchObject({ exitCode, stderr: expect.stringMatching(words) as unknown });
    expect(ran.stdout + ran.stderr).not.toContain("s3cret");
    expect(ran.stderr.trimEnd()).not.toContain("\n");
  }
});

test("a store that is configured wrongly is told with its place, and without its password", async () => {
  using project = createProject(`${AGENTS}store: oracle://ada:s3cret@db/shop\n`);
  const ran = await project.orchestra("start", "x");
  expect(ran).toMatchObject({ exitCode: 3, stderr: expect.stringContaining("orchestra.yaml:4") });
  expect(ran.stderr).toContain("expected postgres");
  expect(ran.stderr).not.toContain("s3cret");
});

test("a mistyped store to import from is told without its password", async () => {
  using project = createProject(AGENTS);
  const ran = await project.orchestra("import", "postgrse://ada:s3cret@db/shop");
  expect(ran).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/expected postgres/) });
  expect(ran.stdout + ran.stderr).not.toContain("s3cret");
});

describe.skipIf(!isPostgresInstalled && !process.env["CI"])("with PostgreSQL", () => {
  let service: PostgresService;
  beforeAll(async () => {
    service = await startPostgres();
  });
  afterAll(async () => service[Symbol.asyncDispose]());

  test("a queue is worked as with a file", async () => {
    expect.hasAssertions();
    await proveWorked(urlOf(await service.newBlackboard()));
  });

  test("a blackboard that is out of a user's sight is not taken for an empty one", async () => {
    using project = createProject(AGENTS);
    const mine = urlOf(await service.newBlackboard());
    await project.orchestra("start", "x", "--store", mine);
    await service.query("create role stranger login");
    const theirs = mine.replace("user=orchestra", "user=stranger");
    for (const command of [["status"], ["wait"], ["export", "x"], ["start", "x"], ["run"]]) {
      const ran = await project.orchestra(...command, "--store", theirs);
      expect(ran).toMatchObject({ exitCode: 75, stdout: "" });
      expect(ran.stderr).toMatch(/^[^\n]*grant usage, create on schema blackboard_\d+ to USER\n$/);
    }
    const doctor = await project.orchestra("doctor", "--store", theirs);
    expect(doctor.stdout).toMatch(/✗ blackboard .*grant usage/);
  });

  test("`doctor` tells a user who may only look what his runs would meet", async () => {
    const location = await service.newBlackboard();
    using project = createProject(`${AGENTS}store: ${JSON.stringify(urlOf(location))}\n`);
    await project.orchestra("start", "exit 0", "--id", "one");
    const { schema } = location;
    await service.query("create user looker");
    await service.query(`grant usage on schema ${schema} to looker`);
    await service.query(`grant select on all tables in schema ${schema} to looker`);
    const theirs = `${service.url("looker")}&schema=${schema}`;

    expect(await project.json("status", "--store", theirs)).toMatchObject({ counts: { ready: 1 } });
    expect(await project.orchestra("doctor", "--store", theirs)).toMatchObject({
      exitCode: 3,
      stdout: expect.stringMatching(/✗ blackboard .*does not let this user .*: grant usage/),
    });
  });

  test("what is imported from it is told without the password", async () => {
    using project = createProject(AGENTS);
    const url = `${urlOf(await service.newBlackboard())}&password=s3cret`;
    await project.orchestra("start", "x", "--store", url);
    const ran = await project.orchestra("--store", "sqlite:copy.db", "import", url, "--json");
    expect(JSON.parse(ran.stdout)).toMatchObject({ tasks: 1 });
    expect(ran.stdout + ran.stderr).not.toContain("s3cret");
  });
});

describe.skipIf(isLeftOut(MARIADB))("with MariaDB", () => {
  let service: MysqlService;
  beforeAll(async () => {
    service = await startMysql(MARIADB);
  });
  afterAll(async () => service[Symbol.asyncDispose]());

  test("a queue is worked as with a file", async () => {
    expect.hasAssertions();
    await proveWorked(urlOf(await service.newBlackboard()));
  });
});

async function proveWorked(url: string): Promise<void> {
  using project = createProject(`${AGENTS}store: ${JSON.stringify(url)}\n`);
  expect((await project.orchestra("status")).stdout).toContain("No tasks yet");
  await project.orchestra("start", "echo one > one.txt\nexit 0\n", "--id", "one");
  await project.orchestra("start", "cat one.txt > two.txt\nexit 0\n", "--id", "two", "-a", "one");
  expect(await project.orchestra("run")).toMatchObject({ exitCode: 0, stderr: "" });

  expect(project.read("two.txt")).toBe("one\n");
  expect(await project.json("status")).toMatchObject({ counts: { complete: 2 } });
  expect((await project.orchestra("show", "two")).stdout).toContain("complete");
  expect(existsSync(join(project.root, ".orchestra/blackboard.db"))).toBe(false);
  const { stdout, exitCode } = await project.orchestra("doctor", "--fix");
  expect({ stdout, exitCode }).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(
      /✓ blackboard +2 tasks\n! durability .*a crash may take .*\n✓ transcripts [^]*✓ leftovers +none/,
    ),
  });
  expect(await project.orchestra("archive", "--older-than", "0")).toMatchObject({ exitCode: 0 });
  expect(await project.json("status")).toMatchObject({ tasks: [] });
}

async function tasksIn(project: RealProject, ...options: readonly string[]): Promise<string[]> {
  const { tasks } = (await project.json("status", ...options)) as { tasks: { id: string }[] };
  return tasks.map(({ id }) => id).toSorted();
}
