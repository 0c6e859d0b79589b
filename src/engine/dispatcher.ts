import { createWake } from "../cluster/wake.ts";
import type { Bus } from "../cluster/bus.ts";
import type { Clock } from "../core/clock.ts";
import type { Command, NodeOffer } from "../core/commands.ts";
import { decide } from "../core/decide.ts";
import { OrchestraError } from "../core/errors.ts";
import { LEASE_RENEWAL_MS } from "../core/lease.ts";
import { scopeOf } from "../core/scope.ts";
import type { Store } from "../store/store.ts";
import type { HeldLease } from "./dispatcher-lease.ts";

export type DispatcherDeps = {
  readonly store: Store;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly nodes: () => readonly NodeOffer[];
  readonly agentLimits: Readonly<Record<string, number>>;
  readonly lease: HeldLease;
  /** Told of what went wrong at the loop's edge; the loop goes on. */
  readonly onProblem: (doing: string, error: unknown) => void;
};

/** The dispatcher looks at the blackboard at least this often, also when every hint is lost. */
const LOOK_EVERY_MS = 2_000;

/**
 * Places ready tasks on nodes until `signal` aborts. One pass runs at a time. Throws `FENCED` when
 * another dispatcher has taken over.
 */
export async function runDispatcher(deps: DispatcherDeps, signal: AbortSignal): Promise<void> {
  const wake = createWake(deps.bus, deps.clock, (hint) => hint.kind === "changed");
  try {
    while (!signal.aborted) {
      await passOnce(deps);
      await wake.wait(await untilNextDue(deps), signal);
    }
  } finally {
    wake.close();
  }
}

async function passOnce(deps: DispatcherDeps): Promise<void> {
  try {
    await deps.lease.renewWhenDue(LEASE_RENEWAL_MS);
    await dispatchOnce(deps);
  } catch (error) {
    if (error instanceof OrchestraError && error.code === "FENCED") throw error;
    deps.onProblem("dispatching", error);
  }
}

/** One pass: parked tasks that are due come back, and what is ready is assigned. */
export async function dispatchOnce(deps: DispatcherDeps): Promise<void> {
  const nowMs = deps.clock.nowMs();
  const due = await deps.store.nextDueMs();
  if (due !== undefined && due <= nowMs) await command(deps, { type: "unpark", nowMs });

  const { agentLimits } = deps;
  const assigned = await command(deps, { type: "assign", nowMs, nodes: deps.nodes(), agentLimits });
  if (assigned > 0) deps.bus.publish({ kind: "assigned" });
}

/** How many events followed. Every write carries the lease's term, which fences an older dispatcher. */
async function command(
  deps: DispatcherDeps,
  wanted: Extract<Command, { type: "assign" | "unpark" }>,
): Promise<number> {
  const scope = { ...scopeOf(wanted), dispatcherTerm: deps.lease.term };
  const outcome = await deps.store.transact(scope, (state) => decide(state, wanted));
  if (outcome.kind === "refused") throw new OrchestraError(outcome.code, outcome.message);
  return outcome.events.length;
}

async function untilNextDue(deps: DispatcherDeps): Promise<number> {
  const due = await deps.store.nextDueMs().catch(() => undefined);
  if (due === undefined) return LOOK_EVERY_MS;
  return Math.min(LOOK_EVERY_MS, Math.max(0, due - deps.clock.nowMs()));
}
