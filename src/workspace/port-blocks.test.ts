import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { afterEach, expect, test } from "vitest";
import { leasedPort, leasePorts } from "./port-blocks.ts";
import { request } from "./testing/requests.ts";
import { createTestRepository, NEVER } from "./testing/test-repository.ts";

const LEASE = resolve(import.meta.dirname, "testing/lease-ports.ts");

const folder = mkdtempSync(join(tmpdir(), "orchestra-ports-"));
const file = join(folder, "state/ports.db");
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function worktree(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

test("processes that lease at once get blocks that have no port in common", async () => {
  const size = 7;
  const paths = Array.from({ length: 24 }, (_, index) => worktree(`w${index}`));
  const lots = [0, 1, 2].map((lot) => paths.filter((_, index) => index % 3 === lot));
  const processes = lots.map(async (lot) => execa("node", [LEASE, file, `${size}`, ...lot]));
  const printed = (await Promise.all(processes)).flatMap(({ stdout }) => stdout.split("\n"));

  const ports = printed.flatMap((first) =>
    Array.from({ length: size }, (_, more) => Number(first) + more),
  );
  expect(new Set(ports).size).toBe(24 * size);
});

test("a workspace keeps its block as long as its folder is there, and then another gets it", async () => {
  const [one, other] = [worktree("one"), worktree("other")];
  const first = await leasePorts({ file, size: 10 }, one);
  const second = await leasePorts({ file, size: 10 }, other);
  expect(await leasePorts({ file, size: 10 }, one)).toBe(first);
  expect(leasedPort({ file, size: 10 }, one)).toBe(first);

  rmSync(one, { recursive: true });
  expect(await leasePorts({ file, size: 10 }, worktree("next"))).toBe(first);
  expect(leasedPort({ file, size: 10 }, other)).toBe(second);
  expect(leasedPort({ file, size: 10 }, one)).toBeUndefined();
});

test("a file of leases that is damaged is named, and fails nobody's task", async () => {
  const path = worktree("one");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "Not what SQLite writes.\n".repeat(100));
  const refusal = { code: "STORE_UNAVAILABLE", message: expect.stringContaining(file) };
  await expect(leasePorts({ file, size: 2 }, path)).rejects.toMatchObject(refusal);
  rmSync(file);
  expect(await leasePorts({ file, size: 2 }, path)).toBeGreaterThan(0);
});

test("a block that has become too small is changed for another", async () => {
  const [one, other] = [worktree("one"), worktree("other")];
  await leasePorts({ file, size: 2 }, one);
  const second = await leasePorts({ file, size: 2 }, other);
  const first = await leasePorts({ file, size: 5 }, one);
  expect(first > second + 1 || first + 4 < second).toBe(true);
});

test("a block of which a program uses a port is passed over, but not the workspace's own", async () => {
  const path = worktree("one");
  const free = await leasePorts({ file, size: 3 }, path);
  const server = createServer().listen(free + 1, "127.0.0.1");
  await once(server, "listening");
  expect(await leasePorts({ file, size: 3 }, path)).toBe(free);

  rmSync(path, { recursive: true });
  expect(await leasePorts({ file, size: 3 }, worktree("other"))).not.toBe(free);
  server.close();
});

test.each(["::1", "::", "0.0.0.0"])(
  "a port that a program uses on %s alone is used, too",
  async (host) => {
    const path = worktree("one");
    const free = await leasePorts({ file, size: 3 }, path);
    rmSync(path, { recursive: true });
    const server = createServer().listen({ port: free + 2, host, ipv6Only: true });
    const [error] = await Promise.race([once(server, "listening"), once(server, "error")]);
    // Where the machine has no such address, nobody uses a port of it.
    const isThere = error === undefined;
    const again = await leasePorts({ file, size: 3 }, worktree("other"));
    expect(again === free).toBe(!isThere);
    server.close();
  },
);

test("a machine without IPv6 has ports all the same", async (context) => {
  const off = "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6";
  const alone = ["--map-root-user", "--net", "sh", "-c"];
  const { exitCode } = await execa("unshare", [...alone, off], { reject: false });
  context.skip(exitCode !== 0, "This system lets a test have no network of its own.");
  const line = `${off}; ip link set lo up; exec node "$@"`;
  const leasing = [line, "node", LEASE, file, "3", worktree("one")];
  expect((await execa("unshare", [...alone, ...leasing])).stdout).toBe("20000");
});

test("where no block is left, that is told", async () => {
  const leasing = leasePorts({ file, size: 12_001 }, worktree("one"));
  await expect(leasing).rejects.toMatchObject({ code: "MACHINE_FULL" });
});

test("set-up and agents are told their ports, which variables of the project may name", async () => {
  await using repository = await createTestRepository();
  const workspaces = repository.workspacesWith({
    ports: { file, size: 3 },
    config: {
      copy: [],
      link: [],
      sparse: [],
      setup: ['printf "%s %s" "$ORCHESTRA_PORT" "$API" > told.log'],
      teardown: [],
      env: { API: "http://127.0.0.1:{port+2}/{task_id}/{other}" },
    },
  });

  const { path, env } = await workspaces.prepare(request(1), NEVER);

  const port = leasedPort({ file, size: 3 }, path) ?? Number.NaN;
  expect(env).toMatchObject({
    ORCHESTRA_PORT: `${port}`,
    API: `http://127.0.0.1:${port + 2}/t1/{other}`,
  });
  expect(workspaces.environment(request(1), path)).toEqual(env);
  const told = await execa("cat", [join(path, "told.log")]);
  expect(told.stdout).toBe(`${port} ${env["API"]}`);
});
