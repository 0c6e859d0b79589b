import type { Processes } from "../agents/processes.ts";
import type { Clock } from "../core/clock.ts";
import { OrchestraError } from "../core/errors.ts";
import {
  isOfAnotherClone,
  LEASE_TTL_MS,
  mayTakeLease,
  RELEASED_AT_MS,
  type DispatcherLease,
} from "../core/lease.ts";
import type { Store } from "../store/store.ts";

export type LeaseDeps = {
  readonly store: Pick<Store, "dispatcherLease" | "saveDispatcherLease" | "nowMs" | "liveAttempts">;
  readonly clock: Clock;
  readonly processes: Pick<Processes, "self" | "isAlive">;
  /** This clone, where others may share the blackboard; who dispatches for nobody leaves it out. */
  readonly clone?: string | undefined;
  /** Takes over what another clone has begun, which is then lost to it. */
  readonly takesOver?: boolean;
};

/** The right to dispatch, while it is held. */
export type HeldLease = {
  readonly term: number;
  /** Renews if that is `everyMs` ago; throws `FENCED` when another has taken it. */
  readonly renewWhenDue: (everyMs: number) => Promise<void>;
  /** Lets the next dispatcher start at once. */
  readonly release: () => Promise<void>;
};

/**
 * Takes the dispatcher lease, or returns the one that another process holds. Throws `ALREADY_RUNNING`
 * where agents were begun in another clone.
 */
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
  if (known) await refuseElsewhere(deps, known);

  const lease: DispatcherLease = {
    term: (known?.term ?? 0) + 1,
    holder: await deps.processes.self(),
    expiresAtMs: nowMs + LEASE_TTL_MS,
    clone: deps.clone ?? known?.clone,
  };
  if (await deps.store.saveDispatcherLease(lease, known?.term)) {
    return { kind: "taken", lease: held(deps, lease) };
  }
  // Someone was faster; what they hold is read afresh.
  return takeLease(deps);
}

const TOLD_MAX = 3;

async function refuseElsewhere(
  { store, clone, takesOver = false }: LeaseDeps,
  last: DispatcherLease,
): Promise<void> {
  if (takesOver || !isOfAnotherClone(last, clone)) return;
  const live = await store.liveAttempts();
  if (live.length === 0) return;
  const told = live.slice(0, TOLD_MAX).map(({ id }) => id);
  const more = live.length > told.length ? ` and ${live.length - told.length} more` : "";
  throw new OrchestraError(
    "ALREADY_RUNNING",
    `Attempts ${told.join(", ")}${more} were begun in another clone of the repository, on ${last.holder.host}, and can be taken up there alone: say \`orchestra run\` there. If that clone is gone for ever, give them up with \`orchestra run --take-over\`.`,
  );
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
