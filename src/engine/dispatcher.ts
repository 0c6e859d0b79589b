import { createWake } from "../cluster/wake.ts";
import type { Bus, Hint } from "../cluster/bus.ts";
import { heldAgents } from "../core/agent-hold.ts";
import type { Clock } from "../core/clock.ts";
import type { Command, NodeOffer } from "../core/commands.ts";
import { decide } from "../core/decide.ts";
import { isFenced, OrchestraError } from "../core/errors.ts";
import type { RecordedEvent } from "../core/events.ts";
import { LEASE_RENEWAL_MS } from "../core/lease.ts";
import { scopeOf } from "../core/scope.ts";
import { EMPTY_STATE, type State } from "../core/state.ts";
import { taskDueMs } from "../core/schedule.ts";
import type { Store } from "../store/store.ts";
import type { HeldLease } from "./dispatcher-lease.ts";
import type { AgentHolds } from "./agent-holds.ts";

/** Attempts at a time, by agent. */
type Limits = Readonly<Record<string, number>>;

export type DispatcherDeps = {
  readonly store: Store;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly nodes: () => readonly NodeOffer[];
  readonly agentLimits: Limits;
  readonly agentHolds: AgentHolds;
  readonly lease: HeldLease;
  /** Told of each pass that came to its end. */
  readonly onPass?: () => void;
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
  const wake = createWake(deps.bus, deps.clock, isNews);
  try {
    while (!signal.aborted) {
      await wake.wait(await passOnce(deps), signal);
    }
  } finally {
    wake.close();
  }
}

/** Whether a pass may find something that the last one could not. */
function isNews(hint: Hint): boolean {
  return hint.kind === "ending" || (hint.kind === "changed" && !hint.isDispatched);
}

/** Returns the milliseconds until the next pass, unless something is hinted before. */
async function passOnce(deps: DispatcherDeps): Promise<number> {
  try {
    await deps.lease.renewWhenDue(LEASE_RENEWAL_MS);
    const { nextDueMs } = await dispatchOnce(deps);
    deps.onPass?.();
    return Math.min(LOOK_EVERY_MS, Math.max(0, nextDueMs - deps.clock.nowMs()));
  } catch (error) {
    if (isFenced(error)) throw error;
    deps.onProblem("dispatching", error);
    return LOOK_EVERY_MS;
  }
}

/** What one pass has seen and done, all in one transaction. */
export type DispatchPass = {
  /** Nothing ran, nothing waited for a time, and nothing ready could be placed on free nodes. */
  readonly isIdle: boolean;
  /** When the next task that waits for a time is due, in milliseconds since the epoch; `Infinity` with none. */
  readonly nextDueMs: number;
  /** Agents that were given nothing, whatever is ready for them. */
  readonly heldAgents: readonly string[];
};

/** One pass: parked tasks that are due come back, and what is ready is assigned. */
export async function dispatchOnce(deps: DispatcherDeps): Promise<DispatchPass> {
  const pass = await assign(deps);
  const nowMs = deps.clock.nowMs();
  if (pass.nextDueMs > nowMs) return pass;
  await command(deps, { type: "unpark", nowMs });
  return assign(deps);
}

async function assign(deps: DispatcherDeps): Promise<DispatchPass> {
  const { bus, clock } = deps;
  const nowMs = clock.nowMs();
  const { until: agentHolds, room } = await deps.agentHolds.inForce(nowMs);
  const agentLimits = smallerOf(deps.agentLimits, room);
  const nodes = deps.nodes();
  const wanted = { type: "assign", nowMs, nodes, agentLimits, agentHolds } as const;
  const { events, seen } = await command(deps, wanted);
  if (events.length > 0) bus.publish({ kind: "assigned" });

  const due = [...seen.tasks.values()].map((task) => taskDueMs(task, agentHolds, nowMs));
  const nextDueMs = Math.min(Infinity, ...due);
  const isIdle = events.length === 0 && seen.attempts.size === 0 && nextDueMs === Infinity;
  return { isIdle, nextDueMs, heldAgents: heldAgents(agentHolds, nowMs) };
}

/**
 * Whether none of these agents has been let go meanwhile. The holds are asked about before what is ready,
 * so that a person may come in between.
 */
export async function areStillHeld(
  { agentHolds, clock }: Pick<DispatcherDeps, "agentHolds" | "clock">,
  agents: readonly string[],
): Promise<boolean> {
  if (agents.length === 0) return true;
  const nowMs = clock.nowMs();
  const { until } = await agentHolds.inForce(nowMs);
  const held = heldAgents(until, nowMs);
  return agents.every((agent) => held.includes(agent));
}

function smallerOf(limits: Limits, others: Limits): Limits {
  const smaller = Object.entries(others).map(([agent, limit]) => [
    agent,
    Math.min(limit, limits[agent] ?? Infinity),
  ]);
  return { ...limits, ...Object.fromEntries(smaller) };
}

type Commanded = { readonly events: readonly RecordedEvent[]; readonly seen: State };

/**
 * The events that followed, and the state that they were decided on. Every write carries the lease's
 * term, which fences an older dispatcher.
 */
async function command(
  deps: DispatcherDeps,
  wanted: Extract<Command, { type: "assign" | "unpark" }>,
): Promise<Commanded> {
  const scope = { ...scopeOf(wanted), dispatcherTerm: deps.lease.term };
  let seen = EMPTY_STATE;
  const outcome = await deps.store.transact(scope, (state) => {
    seen = state;
    return decide(state, wanted);
  });
  if (outcome.kind === "refused") throw new OrchestraError(outcome.code, outcome.message);
  return { events: outcome.events, seen };
}
