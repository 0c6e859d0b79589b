import { describe, expect, test } from "vitest";
import { LEASE_RENEWAL_MS, LEASE_TTL_MS } from "../core/lease.ts";
import { aDefinition } from "../core/testing/builders.ts";
import { createFakeClock } from "../core/testing/fake-clock.ts";
import { executeOrThrow } from "../store/execute.ts";
import { openMemoryStore } from "../store/memory/memory-store.ts";
import type { Store } from "../store/store.ts";
import { takeLease, type HeldLease, type LeaseDeps } from "./dispatcher-lease.ts";

const HOUR_MS = 3_600_000;

test("hosts whose clocks differ by hours agree on who dispatches", async () => {
  const { early, late, advance } = setup();
  const lease = await taken(early);
  await advance(LEASE_TTL_MS - 1);
  expect(await takeLease(late)).toMatchObject({ kind: "held", by: { holder: { host: "early" } } });
  await advance(1);
  expect((await taken(late)).term).toBe(2);
  await expect(lease.renewWhenDue(0)).rejects.toMatchObject({ code: "FENCED" });
});

test("a lease is renewed when it is due, and not before", async () => {
  const { early, late, advance } = setup();
  const lease = await taken(late);
  for (let passedMs = 0; passedMs < 3 * LEASE_TTL_MS; passedMs += LEASE_RENEWAL_MS) {
    await advance(LEASE_RENEWAL_MS - 1);
    const before = await late.store.dispatcherLease();
    await lease.renewWhenDue(LEASE_RENEWAL_MS);
    expect(await late.store.dispatcherLease()).toEqual(before);
    await advance(1);
    await lease.renewWhenDue(LEASE_RENEWAL_MS);
    expect(await takeLease(early)).toMatchObject({ kind: "held" });
  }
});

test("a lease that was given back is taken at once by another host", async () => {
  const { early, late } = setup();
  await (await taken(early)).release();
  expect((await taken(late)).term).toBe(2);
});

test("of hosts that want it at once, one gets it", async () => {
  const { early, late } = setup();
  const takings = await Promise.all([takeLease(early), takeLease(late), takeLease(late)]);
  const kinds = takings.map(({ kind }) => kind).toSorted();
  expect(kinds).toEqual(["held", "held", "taken"]);
});

describe("of clones of a repository that share a blackboard", () => {
  test("one takes over from another, unless that has begun what only it can take up", async () => {
    const { early, late } = setup();
    const [ours, theirs] = [
      { ...early, clone: "ours" },
      { ...late, clone: "theirs" },
    ];
    await (await taken(ours)).release();
    await (await taken(theirs)).release();

    await begun(theirs.store);
    await expect(takeLease(ours)).rejects.toMatchObject({
      code: "ALREADY_RUNNING",
      message: expect.stringContaining("Attempts a-1 were begun in another clone"),
    });
    await (await taken(theirs)).release();
    await (await taken({ ...ours, takesOver: true })).release();
    await taken(ours);
  });

  test("who only tidies up leaves it as it is", async () => {
    const { early, late } = setup();
    await (await taken({ ...early, clone: "ours" })).release();
    await (await taken(late)).release();
    expect(await late.store.dispatcherLease()).toMatchObject({ clone: "ours" });
  });
});

/** A task `a`, and an attempt at it. */
async function begun(store: Store): Promise<void> {
  const tasks = [aDefinition({ id: "a", agent: "claude" })];
  await executeOrThrow(store, { type: "add_tasks", runId: "queue", tasks, nowMs: 1 });
  const nodes = [{ id: "node", capacity: 1, agents: ["claude"] }];
  const supply = { nodes, agentLimits: {}, agentHolds: {} };
  await executeOrThrow(store, { type: "assign", nowMs: 2, ...supply });
}

/** Two hosts an hour behind and ahead of the store that they share. */
function setup() {
  const server = createFakeClock(HOUR_MS * 10);
  const store = openMemoryStore(server.nowMs);
  const host = (name: string, skewMs: number): LeaseDeps & { readonly store: typeof store } => ({
    store,
    clock: { ...server, nowMs: () => server.nowMs() + skewMs },
    processes: {
      self: async () => ({ host: name, pid: 42, startTime: "7", bootId: name }),
      isAlive: async (holder) => (holder.host === name ? "alive" : "unknown"),
    },
  });
  return {
    early: host("early", -HOUR_MS),
    late: host("late", HOUR_MS),
    advance: async (ms: number) => server.advance(ms),
  };
}

async function taken(deps: LeaseDeps): Promise<HeldLease> {
  const taking = await takeLease(deps);
  if (taking.kind === "taken") return taking.lease;
  throw new Error(`${taking.by.holder.host} holds the lease.`);
}
