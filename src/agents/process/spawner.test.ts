import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createSpawner, type SpawnEnd, type Spawned } from "./spawner.ts";
import { eventually, isLiving } from "./testing/real-processes.ts";

test("what was ordered leads a session of its own, and its end is told", async () => {
  const { order, read } = setup();
  const end = await endOf(order("read -r stat < /proc/$$/stat; echo $stat > stat; exit 3"));
  expect(end).toEqual({ kind: "exited", exitCode: 3 });
  const [pid, , , , group, session] = (await read("stat")).split(" ");
  expect([group, session]).toEqual([pid, pid]);
});

test("when the spawner is killed, what it started goes on, and another one carries on", async () => {
  const { order, read, write } = setup();
  const first = order(
    "echo $PPID > spawner; echo $$ > first; until [ -e go ]; do sleep 0.02; done",
  );
  const spawner = Number(await read("spawner"));
  const running = Number(await read("first"));

  process.kill(spawner, "SIGKILL");
  expect(await endOf(first)).toEqual({ kind: "lost" });
  expect(await endOf(order("echo $PPID > another"))).toEqual({ kind: "exited", exitCode: 0 });

  expect(Number(await read("another"))).not.toBe(spawner);
  expect(isLiving(running)).toBe(true);
  write("go");
  await eventually(() => !isLiving(running));
});

test("a shell that the machine refuses to start is told of with the reason", async () => {
  const { order } = setup();
  const end = await endOf(order("x".repeat(200_000)));
  expect(end).toMatchObject({ kind: "refused", error: { code: "E2BIG" } });
});

async function endOf(spawned: Spawned): Promise<SpawnEnd | undefined> {
  await eventually(() => spawned.end !== undefined);
  return spawned.end;
}

type Setup = {
  readonly order: (script: string) => Spawned;
  /** What a script has written to a file of its folder, once it is a whole line. */
  readonly read: (name: string) => Promise<string>;
  readonly write: (name: string) => void;
};

function setup(): Setup {
  const cwd = mkdtempSync(join(tmpdir(), "orchestra-spawner-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const spawner = createSpawner();
  const env = { PATH: "/usr/bin:/bin" };
  const textIn = (name: string): string =>
    existsSync(join(cwd, name)) ? readFileSync(join(cwd, name), "utf8") : "";
  return {
    order: (script) => spawner.spawn({ args: ["-c", script], cwd, env, onExit: () => undefined }),
    read: async (name) => {
      await eventually(() => textIn(name).endsWith("\n"));
      return textIn(name).trim();
    },
    write: (name) => writeFileSync(join(cwd, name), ""),
  };
}
