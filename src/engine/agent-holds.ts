import type { Bus } from "../cluster/bus.ts";
import { afterEnd, HEALTHY, type AgentHealth } from "../core/agent-health.ts";
import { isInForce, type AgentHold, type HeldUntil } from "../core/agent-hold.ts";
import type { Clock } from "../core/clock.ts";
import type { FailureClass } from "../core/failure.ts";
import type { Store } from "../store/store.ts";

/** What keeps agents from working now. */
export type Held = {
  readonly until: HeldUntil;
  /** Attempts at a time, of agents whose provider has failed and is being tried again. */
  readonly room: Readonly<Record<string, number>>;
};

export type AgentHolds = {
  readonly inForce: (nowMs: number) => Promise<Held>;
  readonly close: () => void;
};

type Deps = { readonly bus: Bus; readonly store: Store; readonly clock: Clock };
type Known = {
  readonly holds: Map<string, AgentHold>;
  readonly health: Map<string, AgentHealth>;
};

/**
 * Remembers what attempts have found. It is not kept on disk: whoever starts anew, or has missed a
 * hint, finds out again with one attempt, or with three where a provider fails.
 */
export function rememberAgentHolds(deps: Deps): AgentHolds {
  const known: Known = { holds: new Map(), health: new Map() };
  const close = deps.bus.subscribe((hint) => {
    if (hint.kind === "held") noteHold(known, hint.hold);
    if (hint.kind === "ending") noteEnd(deps, known, hint.agent, hint.failureClass);
  });
  return { inForce: async (nowMs) => heldNow(deps, known, nowMs), close };
}

function noteHold({ holds }: Known, hold: AgentHold): void {
  const before = holds.get(hold.agent);
  if (!before || before.untilMs < hold.untilMs) holds.set(hold.agent, hold);
}

function noteEnd(
  { bus, clock }: Deps,
  { health }: Known,
  agent: string,
  failureClass: FailureClass | undefined,
): void {
  const before = health.get(agent) ?? HEALTHY;
  const after = afterEnd(before, failureClass, clock.nowMs());
  if (after === HEALTHY) health.delete(agent);
  else health.set(agent, after);
  const { restsUntilMs: untilMs } = after;
  if (untilMs !== before.restsUntilMs && untilMs > 0)
    bus.publish({ kind: "resting", agent, untilMs });
}

async function heldNow({ store }: Deps, { holds, health }: Known, nowMs: number): Promise<Held> {
  if (holds.size > 0) {
    const tasks = await store.tasksById([...holds.values()].map(({ taskId }) => taskId));
    for (const [agent, hold] of holds) {
      if (!isInForce(hold, tasks.get(hold.taskId), nowMs)) holds.delete(agent);
    }
  }
  const until = new Map([...health].map(([agent, { restsUntilMs }]) => [agent, restsUntilMs]));
  for (const { agent, untilMs } of holds.values()) {
    until.set(agent, Math.max(untilMs, until.get(agent) ?? 0));
  }
  const rooms = [...health].map(([agent, { room }]) => [agent, room] as const);
  return {
    until: Object.fromEntries(until),
    room: Object.fromEntries(rooms.filter(([, room]) => room < Infinity)),
  };
}
