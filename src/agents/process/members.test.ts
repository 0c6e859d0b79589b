import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createFakeClock } from "../../core/testing/fake-clock.ts";
import { ATTEMPT_FILES } from "../processes.ts";
import { createCensus } from "./census.ts";
import { inspect } from "./inspect.ts";
import type { ProcessFacts, ProcessTable } from "./process-facts.ts";
import { terminate } from "./terminate.ts";

const LEADER = 4_000;

type Simulated = ProcessFacts & {
  readonly isMarked?: boolean;
  /** Signals do not end it. */
  readonly isImmortal?: boolean;
};

const aProcess = (facts: Partial<Simulated>): Simulated => ({
  pid: LEADER,
  parent: 1,
  group: LEADER,
  session: LEADER,
  startTime: "100",
  ...facts,
});

/** A folder that a wrapper claimed as `LEADER`, started at 100, and a machine with these processes. */
function setup(living: readonly Simulated[], exit?: string) {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-members-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, ATTEMPT_FILES.identity), `${LEADER}\n100\nboot\n`);
  if (exit !== undefined) writeFileSync(join(folder, ATTEMPT_FILES.exit), exit);

  let alive = [...living];
  const signals: string[] = [];
  const table: ProcessTable = {
    bootId: () => "boot",
    find: (pid) => alive.find((one) => one.pid === pid),
    startedAtS: Number,
    signal: (target, signal) => {
      signals.push(`${signal} ${target}`);
      alive = alive.filter(
        (one) => one.isImmortal === true || (one.pid !== target && one.group !== -target),
      );
      return true;
    },
    glance: () => ({
      bootId: table.bootId,
      startedAtS: table.startedAtS,
      all: () => alive,
      carriers: (_entry, pids) =>
        alive
          .filter((one) => one.isMarked === true && pids.includes(one.pid))
          .map(({ pid }) => pid),
    }),
  };
  const clock = createFakeClock();
  return {
    table,
    signals,
    inspect: (machine = table) => inspect(machine, folder),
    terminate: async (machine = table) => {
      const census = createCensus(machine, clock);
      return clock.runUntilDone(terminate({ table: machine, clock, census }, folder, 1_000));
    },
  };
}

test("the wrapper itself, alive, is a running attempt", () => {
  expect(setup([aProcess({})]).inspect()).toEqual({ kind: "running", pid: LEADER });
});

test("a stranger who got the wrapper's pid is neither taken for it nor signalled", async () => {
  const { inspect, terminate, signals } = setup([
    aProcess({ startTime: "900" }),
    aProcess({ pid: LEADER + 1, startTime: "901" }),
  ]);
  expect(inspect()).toEqual({ kind: "vanished" });
  expect(await terminate()).toEqual({ survivorsKilled: 0, isProvenDead: true });
  expect(signals).toEqual([]);
});

test("a stranger's group that got the wrapper's number, and lost its leader, is let alone", async () => {
  const { inspect, terminate, signals } = setup([aProcess({ pid: 5_000, startTime: "900" })]);
  expect(inspect()).toEqual({ kind: "vanished" });
  expect(await terminate()).toEqual({ survivorsKilled: 0, isProvenDead: true });
  expect(signals).toEqual([]);
});

test("a process of the group that was there with the wrapper proves that the group is its", async () => {
  const { terminate, signals } = setup(
    [aProcess({ pid: 4_001, startTime: "150" }), aProcess({ pid: 4_002, startTime: "300" })],
    "0 200.5\n",
  );
  expect((await terminate()).isProvenDead).toBe(true);
  expect(signals[0]).toBe(`SIGTERM -${LEADER}`);
});

test("a group that began after the wrapper recorded its exit is let alone", async () => {
  const { terminate, signals } = setup([aProcess({ pid: 4_001, startTime: "201" })], "0 200.5\n");
  expect(await terminate()).toEqual({ survivorsKilled: 0, isProvenDead: true });
  expect(signals).toEqual([]);
});

test("after a reboot nothing of the folder lives, whoever has its numbers", async () => {
  const { table, inspect, terminate, signals } = setup([aProcess({ isMarked: true })]);
  const next = { bootId: () => "another boot" };
  const rebooted = { ...table, ...next, glance: () => ({ ...table.glance(), ...next }) };
  expect(inspect(rebooted)).toEqual({ kind: "vanished" });
  expect(await terminate(rebooted)).toEqual({
    survivorsKilled: 0,
    isProvenDead: true,
  });
  expect(signals).toEqual([]);
});

test("a process that began before the wrapper is not its child, whatever it carries", async () => {
  const { terminate, signals } = setup([
    aProcess({ pid: 50, group: 50, session: 50, startTime: "9", isMarked: true }),
  ]);
  await terminate();
  expect(signals).toEqual([]);
});

test("this process is never signalled, even when it runs inside the attempt", async () => {
  const self = aProcess({ pid: process.pid, startTime: "120", isMarked: true });
  const sibling = aProcess({ pid: 4_003, startTime: "130" });
  const { terminate, signals } = setup([aProcess({}), self, sibling]);

  expect((await terminate()).isProvenDead).toBe(true);

  expect(signals).toEqual([`SIGKILL ${LEADER}`, "SIGKILL 4003"]);
});

test("a process that cannot be killed leaves nothing proven", async () => {
  const { terminate } = setup([aProcess({ isImmortal: true })]);
  expect((await terminate()).isProvenDead).toBe(false);
});

test("a survivor is killed by itself, and its children with it", async () => {
  const { terminate, signals } = setup([
    aProcess({ pid: 4_001, group: 4_001, session: 4_001, startTime: "110", isMarked: true }),
    aProcess({ pid: 4_002, parent: 4_001, group: 4_002, session: 4_002, startTime: "120" }),
  ]);
  expect(await terminate()).toEqual({ survivorsKilled: 2, isProvenDead: true });
  expect(signals).toEqual(["SIGKILL 4001", "SIGKILL 4002"]);
});
