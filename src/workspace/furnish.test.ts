import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { lstat, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { machineProcessTable } from "../agents/process/process-table.ts";
import { COLLECT, REMOVE, request } from "./testing/requests.ts";
import { createTestRepository, NEVER } from "./testing/test-repository.ts";
import type { WorkspaceConfig } from "./worktrees-deps.ts";

const PREPARE = fileURLToPath(new URL("testing/prepare.ts", import.meta.url));
const REQUEST = request(1);
const NEXT = request(2, { previousBranch: undefined });

test("untracked files that .worktreeinclude names are copied, and no others", async () => {
  await using repository = await createTestRepository();
  await repository.write(".env", "SECRET=1\n");
  await repository.write("config/local.env", "x\n");
  await repository.write("config/other.log", "x\n");
  await repository.write(".orchestra/state.env", "x\n");
  await repository.write(".worktreeinclude", "*.env\n!skipped.env\n");
  await repository.write("skipped.env", "x\n");

  const { path } = await repository.workspaces().prepare(REQUEST, NEVER);

  expect(await readFile(join(path, ".env"), "utf8")).toBe("SECRET=1\n");
  expect(existsSync(join(path, "config/local.env"))).toBe(true);
  for (const name of ["config/other.log", "skipped.env", ".orchestra"]) {
    expect(existsSync(join(path, name))).toBe(false);
  }
});

test("copied and linked paths are there for every attempt and are no work of the agent's", async () => {
  await using repository = await createTestRepository();
  await repository.write("local/one.json", "1\n");
  await repository.write("local/deep/two.json", "2\n");
  await repository.write("[odd] name.txt", "odd\n");
  await repository.write("deps/big.js", "big\n");
  const workspaces = repository.workspaces({
    copy: ["local", "[odd] name.txt", "nothing-*.txt", "a.txt"],
    link: ["deps/", "missing"],
  });

  const workspace = await workspaces.prepare(REQUEST, NEVER);
  expect(await readFile(join(workspace.path, "local/deep/two.json"), "utf8")).toBe("2\n");
  expect(existsSync(join(workspace.path, "[odd] name.txt"))).toBe(true);
  expect((await lstat(join(workspace.path, "deps"))).isSymbolicLink()).toBe(true);
  await repository.write("local/by-agent.json", "3\n", workspace.path);

  expect((await workspaces.collect(workspace, COLLECT)).leftovers).toEqual(["local/by-agent.json"]);
  expect(existsSync(join(workspace.path, "deps/big.js"))).toBe(true);
  await workspaces.prepare(NEXT, NEVER);
  expect(existsSync(join(workspace.path, "local/one.json"))).toBe(true);
  await workspaces.remove(REMOVE);
  expect(existsSync(join(repository.root, "deps/big.js"))).toBe(true);
});

test("a path that leads out of the project is refused", async () => {
  await using repository = await createTestRepository();
  await writeFile(join(repository.folder, "outside.txt"), "secret\n");
  await symlink(join(repository.folder, "outside.txt"), join(repository.root, "leak.txt"));
  await symlink(repository.folder, join(repository.root, "up"));
  const bad: Partial<WorkspaceConfig>[] = [
    { copy: ["../outside.txt"] },
    { copy: [join(repository.folder, "outside.txt")] },
    { copy: ["leak.txt"] },
    { copy: ["up/*.txt"] },
    { link: ["up/outside.txt"] },
    { link: ["sub/../../outside.txt"] },
  ];
  for (const config of bad) {
    await expect(repository.workspaces(config).prepare(REQUEST, NEVER)).rejects.toMatchObject({
      code: "INVALID_CONFIG",
    });
  }
});

test("nothing is written through a link that leads out of the workspace", async () => {
  await using repository = await createTestRepository();
  const outside = join(repository.folder, "elsewhere");
  await mkdir(outside);
  await symlink(outside, join(repository.root, "dir"));
  await repository.commit({}, "A link");
  await rm(join(repository.root, "dir"));
  await repository.write("dir/file.txt", "x\n");
  await repository.workspaces({ copy: ["dir/file.txt"] }).prepare(REQUEST, NEVER);
  expect(existsSync(join(outside, "file.txt"))).toBe(false);
});

test("what an agent has put where a copy belongs stays, whatever it is", async () => {
  await using repository = await createTestRepository();
  const names = ["file", "link", "nowhere"];
  await repository.write(".gitignore", "local.json\n");
  for (const name of names) await repository.commit({ [`${name}/a.txt`]: "a\n" }, name);
  for (const name of names) await repository.write(`${name}/local.json`, "{}\n");
  const workspaces = repository.workspaces({ copy: ["*/local.json"] });
  const workspace = await workspaces.prepare(REQUEST, NEVER);
  for (const name of names) await rm(join(workspace.path, name), { recursive: true });
  await repository.write("file", "mine\n", workspace.path);
  await symlink(repository.folder, join(workspace.path, "link"));
  await symlink("gone", join(workspace.path, "nowhere"));

  const { leftovers } = await workspaces.collect(workspace, COLLECT);

  expect(leftovers).toEqual(expect.arrayContaining(names));
  expect(existsSync(join(repository.folder, "local.json"))).toBe(false);
  expect(await readFile(join(workspace.path, "file"), "utf8")).toBe("mine\n");
  await workspaces.prepare(NEXT, NEVER);
});

test("a folder that is linked and of which a part is copied is there", async () => {
  await using repository = await createTestRepository();
  await repository.write("deps/big.js", "big\n");
  await repository.write("deps/local.json", "{}\n");
  await symlink("gone", join(repository.root, "broken.log"));
  const { path } = await repository
    .workspaces({ copy: ["deps/local.json", "*.log"], link: ["deps"] })
    .prepare(REQUEST, NEVER);
  expect(existsSync(join(path, "deps/local.json"))).toBe(true);
});

test("set-up runs once for a workspace, in order, with the workspace's variables", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspaces({
    setup: [
      'echo "$ORCHESTRA_ATTEMPT_ID $MINE" >> setup.log',
      ["sh", "-c", 'echo "$0" >> setup.log', "no $shell; here"],
    ],
    env: { MINE: "my value", ORCHESTRA_TASK_ID: "forged" },
  });
  const { path, env } = await workspaces.prepare(REQUEST, NEVER);
  await workspaces.prepare(NEXT, NEVER);
  expect(await readFile(join(path, "setup.log"), "utf8")).toBe("t1-1 my value\nno $shell; here\n");
  expect(env["ORCHESTRA_TASK_ID"]).toBe("t1");
});

test("a set-up command that prints without end is ended, and its log is cut", async () => {
  await using repository = await createTestRepository();
  const flood = "yes | head -c 70000000; sleep 60";
  const workspaces = repository.workspaces({ setup: [flood] });
  await expect(workspaces.prepare(REQUEST, NEVER)).rejects.toThrow(
    /it printed more than 64 MiB\. Put it right/,
  );
  const log = join(repository.root, ".git/worktrees/t1/orchestra-setup.log");
  expect(statSync(log).size).toBe(64 * 1024 ** 2);
});

test("a failing set-up tells its output, and is run again the next time", async () => {
  await using repository = await createTestRepository();
  const failing = repository.workspaces({ setup: ["echo oh no >&2; exit 3"] });
  await expect(failing.prepare(REQUEST, NEVER)).rejects.toMatchObject({
    code: "WORKSPACE_COMMAND_FAILED",
    message: expect.stringMatching(/exit code 3[^]*oh no/),
  });
  const missing = repository.workspaces({ setup: [["no-such-program"]] });
  await expect(missing.prepare(REQUEST, NEVER)).rejects.toThrow(/cannot be started/);

  const { path } = await repository
    .workspaces({ setup: ["touch done.log"] })
    .prepare(REQUEST, NEVER);
  expect(existsSync(join(path, "done.log"))).toBe(true);
});

test("a server that set-up leaves behind does not hold it up", async () => {
  await using repository = await createTestRepository();
  const { path } = await repository
    .workspaces({ setup: ["sleep 60 & echo $! > server.log"] })
    .prepare(REQUEST, NEVER);
  const pid = Number(await readFile(join(path, "server.log"), "utf8"));
  expect(process.kill(pid, "SIGKILL")).toBe(true);
});

test("a set-up that is broken off leaves no process, not even one that is deaf", async () => {
  await using repository = await createTestRepository();
  const started = join(repository.folder, "started");
  const breakOff = new AbortController();
  const deaf = `trap "" TERM; echo $$ > "${started}"; sleep 60`;
  const preparing = repository
    .workspaces({ setup: [`mkfifo '${started}'; sh -c '${deaf}' & wait`] })
    .prepare(REQUEST, breakOff.signal);
  const pid = Number(await contentOf(started));
  breakOff.abort();
  await expect(preparing).rejects.toThrow(/abort/);
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test("a set-up that went on without its orchestrator is ended before the next one", async () => {
  await using repository = await createTestRepository();
  const { root, folder, worktreesRoot } = repository;
  const started = join(folder, "started");
  const setup = `mkfifo '${started}'; echo $$ > '${started}'; sleep 60`;
  const args = [PREPARE, root, worktreesRoot, setup, JSON.stringify(REQUEST)];
  const orchestrator = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  const pid = Number(await contentOf(started));
  orchestrator.kill("SIGKILL");
  await once(orchestrator, "exit");
  expect(isAlive(pid)).toBe(true);

  await repository.workspaces({ setup: ["true"] }).prepare(REQUEST, NEVER);
  expect(isAlive(pid)).toBe(false);
});

test("tear-down runs before removal, and its failure does not keep the workspace", async () => {
  await using repository = await createTestRepository();
  const mark = join(repository.folder, "torn-down");
  const workspaces = repository.workspaces({
    teardown: [`echo "$ORCHESTRA_BRANCH" > '${mark}'`, "exit 1"],
  });
  const { path } = await workspaces.prepare(REQUEST, NEVER);
  const removal = workspaces.remove(REMOVE);
  await expect(removal).rejects.toThrow(/teardown command/);
  expect(await readFile(mark, "utf8")).toBe(`${REQUEST.branch}\n`);
  expect(existsSync(path)).toBe(false);
  expect(await workspaces.list()).toEqual([]);
});

/** What is written to a FIFO, once it exists. */
async function contentOf(path: string): Promise<string> {
  await expect.poll(() => existsSync(path)).toBe(true);
  return readFile(path, "utf8");
}

function isAlive(pid: number): boolean {
  return machineProcessTable().find(pid) !== undefined;
}
