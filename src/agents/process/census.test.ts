import { expect, test, vi } from "vitest";
import { createFakeClock } from "../../core/testing/fake-clock.ts";
import { createCensus } from "./census.ts";
import type { Glance, ProcessFacts, ProcessTable } from "./process-facts.ts";

const AGENT: ProcessFacts = { pid: 7, parent: 1, group: 7, session: 7, startTime: "100" };

function setup() {
  const living: ProcessFacts[] = [AGENT];
  const table: ProcessTable = {
    bootId: () => "boot",
    find: (pid) => living.find((one) => one.pid === pid),
    startedAtS: Number,
    signal: () => true,
    glance: vi.fn<() => Glance>(() => {
      const all = [...living];
      return { bootId: table.bootId, startedAtS: Number, all: () => all, carriers: () => [] };
    }),
  };
  const clock = createFakeClock();
  const census = createCensus(table, clock);
  const origin = {
    identity: { pid: 7, startTime: "100", bootId: "boot" },
    marker: "FOLDER=a",
    exitUptimeS: undefined,
  };
  return { living, table, clock, ask: async () => census(origin) };
}

test("who asks alone is answered at once", async () => {
  expect(await setup().ask()).toEqual([AGENT]);
});

test("those who ask at the same time share one look", async () => {
  const { table, clock, ask } = setup();
  await ask();
  const answers = await clock.runUntilDone(Promise.all([ask(), ask(), ask()]));
  expect(answers).toEqual([[AGENT], [AGENT], [AGENT]]);
  expect(table.glance).toHaveBeenCalledTimes(2);
});

test("a look that is shared is taken after all who share it have asked", async () => {
  const { living, clock, ask } = setup();
  await ask();
  const first = ask();
  living.pop();
  const [then, later] = await clock.runUntilDone(Promise.all([first, ask()]));
  expect([then, later]).toEqual([[], []]);
});

test("a look that fails is told to all who share it, and the next one is taken anew", async () => {
  const { table, clock, ask } = setup();
  await ask();
  vi.mocked(table.glance).mockImplementationOnce(() => {
    throw new Error("no such folder: /proc");
  });
  const answers = await clock.runUntilDone(Promise.allSettled([ask(), ask()]));
  expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await clock.runUntilDone(ask())).toEqual([AGENT]);
});
