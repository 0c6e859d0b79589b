import { expect } from "vitest";
import { accept } from "../../core/decision.ts";
import type { DispatcherLease } from "../../core/lease.ts";
import { add } from "./builders.ts";
import type { Promises } from "./suite.ts";

/** One dispatcher at a time, and whoever lost the lease is shut out. */
export const leasePromises: Promises = {
  "the lease is taken by whoever knows its term": async (store) => {
    expect(await store.dispatcherLease()).toBeUndefined();
    expect(await store.saveDispatcherLease(aLease(1), undefined)).toBe(true);
    expect(await store.dispatcherLease()).toEqual(aLease(1));

    expect(await store.saveDispatcherLease(aLease(1, 99), undefined)).toBe(false);
    expect(await store.saveDispatcherLease(aLease(3), 2)).toBe(false);
    expect(await store.dispatcherLease()).toEqual(aLease(1));

    expect(await store.saveDispatcherLease(aLease(1, 50), 1)).toBe(true);
    expect(await store.saveDispatcherLease(aLease(2), 1)).toBe(true);
    expect(await store.saveDispatcherLease(aLease(2, 77), 1)).toBe(false);
    expect(await store.dispatcherLease()).toEqual(aLease(2));
  },

  "of many who want the lease at once, one gets it": async (store) => {
    const first = Array.from({ length: 20 }, async (_, index) =>
      store.saveDispatcherLease(aLease(1, index), undefined),
    );
    expect((await Promise.all(first)).filter(Boolean)).toHaveLength(1);
    const second = Array.from({ length: 20 }, async (_, index) =>
      store.saveDispatcherLease(aLease(2, index), 1),
    );
    expect((await Promise.all(second)).filter(Boolean)).toHaveLength(1);
  },

  "a decision under another term than the lease's is fenced": async (store) => {
    const created = { type: "run_created", runId: "a", objective: "Do it.", atMs: 1 } as const;
    const under = async (dispatcherTerm: number) =>
      store.transact({ dispatcherTerm }, () => accept([created]));

    expect(await under(1)).toMatchObject({ kind: "refused", code: "FENCED" });
    await store.saveDispatcherLease(aLease(2), undefined);
    expect(await under(1)).toMatchObject({ kind: "refused", code: "FENCED" });
    expect(await under(3)).toMatchObject({ kind: "refused", code: "FENCED" });
    expect(await store.run("a")).toBeUndefined();
    expect(await under(2)).toMatchObject({ kind: "committed" });
  },

  "a decision that says nothing of the lease does not need it": async (store) => {
    await store.saveDispatcherLease(aLease(1), undefined);
    await add(store, ["one"]);
    expect(await store.task("one")).toBeDefined();
  },
};

function aLease(term: number, expiresAtMs = 1_000): DispatcherLease {
  const holder = { host: "here", pid: 42, startTime: "7", bootId: "boot" };
  return { term, holder, expiresAtMs };
}
