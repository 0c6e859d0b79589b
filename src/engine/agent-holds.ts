import type { Bus } from "../cluster/bus.ts";
import {
  afterAnswer,
  afterEnd,
  afterHold,
  HEALTHY,
  tried,
  type AgentHealth,
} from "../core/agent-health.ts";
import {
  holdsInForce,
  stillFound,
  withHold,
  withNewer,
  type Finding,
} from "../core/agent-findings.ts";
import type { AgentHold, HeldUntil } from "../core/agent-hold.ts";
import type { Clock } from "../core/clock.ts";
import type { Store } from "../store/store.ts";
import { readFindings } from "./read-findings.ts";

/** What keeps agents from working now. */
export type Held = {
  readonly until: HeldUntil;
  /** Attempts at a time, of agents that could do nothing and are being tried again. */
  readonly room: Readonly<Record<string, number>>;
};

export type AgentHolds = {
  readonly inForce: (nowMs: number) => Promise<Held>;
  readonly close: () => void;
};

export type AgentHoldsDeps = {
  readonly bus: Bus;
  readonly store: Store;
  readonly clock: Clock;
  /** The agents that ask the same provider as this one, which is among them. */
  readonly sameProvider: (agent: string) => readonly string[];
};

type Known = {
  findings: readonly Finding[];
  /** What the blackboard tells of the time before, once it was asked. */
  recalling: Promise<void> | undefined;
  readonly health: Map<string, AgentHealth>;
};

/**
 * Remembers what attempts have found. Whoever starts anew reads from the blackboard which agents can
 * do nothing. How well providers serve is not kept on disk: who starts anew, or has missed a hint,
 * finds that out again with three attempts.
 */
export function rememberAgentHolds(deps: AgentHoldsDeps): AgentHolds {
  const known: Known = { findings: [], recalling: undefined, health: new Map() };
  const close = deps.bus.subscribe((hint) => {
    if (hint.kind === "held") noteHold(deps, known, hint.hold);
    if (hint.kind === "answered") noteProvider(deps, known, hint.agent, afterAnswer);
    if (hint.kind === "ending") {
      const { agent, failureClass } = hint;
      noteProvider(deps, known, agent, (health, nowMs) => afterEnd(health, failureClass, nowMs));
    }
  });
  return { inForce: async (nowMs) => heldNow(deps, known, nowMs), close };
}

function noteHold(deps: AgentHoldsDeps, known: Known, hold: AgentHold): void {
  known.findings = withHold(known.findings, hold);
  note(deps, known, hold.agent, afterHold);
}

type News = (before: AgentHealth, nowMs: number) => AgentHealth;

/** How a provider serves one agent, it serves all that ask it; but for what each was held for. */
function noteProvider(deps: AgentHoldsDeps, known: Known, agent: string, news: News): void {
  for (const one of deps.sameProvider(agent)) {
    const isReturning = known.health.get(one)?.isReturning === true;
    if (one === agent || !isReturning) note(deps, known, one, news);
  }
}

function note({ bus, clock }: AgentHoldsDeps, { health }: Known, agent: string, news: News): void {
  const before = health.get(agent) ?? HEALTHY;
  const after = news(before, clock.nowMs());
  if (after === HEALTHY) health.delete(agent);
  else health.set(agent, after);
  const { restsUntilMs: untilMs } = after;
  if (untilMs !== before.restsUntilMs && untilMs > 0)
    bus.publish({ kind: "resting", agent, untilMs });
}

async function heldNow(deps: AgentHoldsDeps, known: Known, nowMs: number): Promise<Held> {
  known.recalling ??= recall(deps, known, nowMs);
  await known.recalling;
  await lookAgain(deps, known, nowMs);
  await tryAgain(deps, known, nowMs);
  const { health } = known;
  const until = new Map([...health].map(([agent, { restsUntilMs }]) => [agent, restsUntilMs]));
  for (const { agent, untilMs } of holdsInForce(known.findings)) {
    until.set(agent, Math.max(untilMs, until.get(agent) ?? 0));
  }
  const rooms = [...health].map(([agent, { room }]) => [agent, room] as const);
  return {
    until: Object.fromEntries(until),
    room: Object.fromEntries(rooms.filter(([, room]) => room < Infinity)),
  };
}

async function recall(deps: AgentHoldsDeps, known: Known, nowMs: number): Promise<void> {
  try {
    const found = await deps.store.snapshot(async (moment) => readFindings(moment, nowMs));
    known.findings = withNewer(found, known.findings);
    for (const hold of holdsInForce(found)) {
      note(deps, known, hold.agent, afterHold);
      // For who watches: a person is to know why its tasks wait.
      deps.bus.publish({ kind: "held", hold });
    }
  } catch (error) {
    known.recalling = undefined;
    throw error;
  }
}

async function lookAgain({ store }: AgentHoldsDeps, known: Known, nowMs: number): Promise<void> {
  const before = known.findings;
  if (before.length === 0) return;
  const tasks = await store.tasksById([...new Set(before.map(({ taskId }) => taskId))]);
  // Others may have come to be known while the blackboard was asked.
  const newer = known.findings.filter((one) => !before.includes(one));
  known.findings = withNewer(stillFound(before, tasks, nowMs), newer);
}

async function tryAgain({ store }: AgentHoldsDeps, known: Known, nowMs: number): Promise<void> {
  const { health } = known;
  const held = new Set(holdsInForce(known.findings).map(({ agent }) => agent));
  const due = [...health].filter(
    ([agent, { room, restsUntilMs }]) => room === 0 && restsUntilMs <= nowMs && !held.has(agent),
  );
  if (due.length === 0) return;
  const live = await store.liveAttempts();
  for (const [agent, before] of due) {
    health.set(agent, tried(before, live.filter((attempt) => attempt.agent === agent).length));
  }
}
