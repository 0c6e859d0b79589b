import type { Processes } from "../agents/processes.ts";
import type { Clock } from "../core/clock.ts";
import { OrchestraError } from "../core/errors.ts";
import { LEASE_TTL_MS, mayTakeLease, RELEASED_AT_MS, type DispatcherLease } from "../core/lease.ts";
import type { Store } from "../store/store.ts";

export type LeaseDeps = {
  readonly store: Pick<Store, "dispatcherLease" | "saveDispatcherLease" | "nowMs">;
  readonly clock: Clock;
  readonly processes: Pick<Processes, "self" | "isAlive">;
};

/** The right to dispatch, while it is held. */
export type HeldLease = {
  readonly term: number;
  /** Renews if that is `everyMs` ago; throws `FENCED` when another has taken it. */
  readonly renewWhenDue: (everyMs: number) => Promise<void>;
  /** Lets the next dispatcher start at once. */
  readonly release: () => Promise<void>;
};

/** Takes the dispatcher lease, or returns the one that another process holds. */
export async function takeLease(
  deps: LeaseDeps,
): Promise<
  | { readonly kind: "taken"; readonly lease: HeldLease }
  | { readonly kind: "held"; readonly by: DispatcherLease }
> {
  const known = await deps.store.dispatcherLease();
  // The store's time, not ours: hosts share it, and their clocks may differ.
  const nowMs = await deps.store.nowMs();
  const holder = known ? await deps.processes.isAlive(known.holder) : "dead";
  if (known && !mayTakeLease(known, nowMs, holder)) return { kind: "held", by: known };

  const lease: DispatcherLease = {
    term: (known?.term ?? 0) + 1,
    holder: await deps.processes.self(),
    expiresAtMs: nowMs + LEASE_TTL_MS,
  };
  if (await deps.store.saveDispatcherLease(lease, known?.term)) {
    return { kind: "taken", lease: held(deps, lease) };
  }
  // Someone was faster; what they hold is read afresh.
  return takeLease(deps);
}

function held(deps: LeaseDeps, taken: DispatcherLease): HeldLease {
  let current = taken;
  let renewedAtMs = deps.clock.awakeMs();
  return {
    term: taken.term,
    renewWhenDue: async (everyMs) => {
      const startedMs = deps.clock.awakeMs();
      if (startedMs - renewedAtMs < everyMs) return;
      current = await renewed(deps, current);
      renewedAtMs = startedMs;
    },
    release: async () => {
      await deps.store.saveDispatcherLease(
        { ...current, expiresAtMs: RELEASED_AT_MS },
        current.term,
      );
    },
  };
}

async function renewed(deps: LeaseDeps, lease: DispatcherLease): Promise<DispatcherLease> {
  const next = { ...lease, expiresAtMs: (await deps.store.nowMs()) + LEASE_TTL_MS };
  if (await deps.store.saveDispatcherLease(next, lease.term)) return next;
  throw new OrchestraError("FENCED", "Another dispatcher has taken over this blackboard.");
}
