import { expect, test } from "vitest";
import { createInProcessBus } from "../cluster/in-process-bus.ts";
import type { Store } from "../store/store.ts";
import { openMemoryStore } from "../store/memory/memory-store.ts";
import { add, AGENT, report, work } from "../store/conformance/builders.ts";
import { createFakeClock, type FakeClock } from "../core/testing/fake-clock.ts";
import { createSimulatedWorld } from "./testing/simulated-ports.ts";
import { dispatchOnce, type DispatcherDeps, type DispatchPass } from "./dispatcher.ts";
import { rememberAgentHolds } from "./agent-holds.ts";
import { takeLease } from "./dispatcher-lease.ts";

type Setup = {
  readonly clock: FakeClock;
  readonly store: Store;
  readonly pass: () => Promise<DispatchPass>;
};

async function setup(): Promise<Setup> {
  const clock = createFakeClock();
  const store = openMemoryStore();
  const { processes } = createSimulatedWorld(clock, () => ({ takesMs: 0 }));
  const taking = await takeLease({ store, clock, processes });
  if (taking.kind === "held") throw new Error("The lease is held.");
  const bus = createInProcessBus();
  const deps: DispatcherDeps = {
    store,
    clock,
    bus,
    nodes: () => [{ id: "node", capacity: 1, agents: [AGENT] }],
    agentLimits: {},
    agentHolds: rememberAgentHolds({ bus, store, clock, sameProvider: (agent) => [agent] }),
    lease: taking.lease,
    onProblem: (doing, error) => {
      throw new Error(doing, { cause: error });
    },
  };
  return { clock, store, pass: async () => dispatchOnce(deps) };
}

test("with nothing to do the dispatcher is idle", async () => {
  const { pass } = await setup();
  expect(await pass()).toEqual({ isIdle: true, nextDueMs: Infinity, heldAgents: [] });
});

test("it is not idle while something runs, nor when it has just assigned", async () => {
  const { store, pass } = await setup();
  await add(store, ["a", "b"]);
  expect((await pass()).isIdle).toBe(false);
  expect((await pass()).isIdle).toBe(false);
  await work(store, "a");
  // What ended since the last pass made room, which is used first.
  expect((await pass()).isIdle).toBe(false);
  await work(store, "b");
  expect((await pass()).isIdle).toBe(true);
});

test("it is not idle while a task is parked, and says when that is due", async () => {
  const { clock, store, pass } = await setup();
  await add(store, ["a"]);
  await pass();
  await report(store, "a", { type: "park", nowMs: clock.nowMs() });
  const dueMs = (await store.task("a"))?.parkedUntilMs;
  expect(await pass()).toEqual({ isIdle: false, nextDueMs: dueMs, heldAgents: [] });
});
