import type { FailureClass } from "./failure.ts";

/** How well an agent's provider serves it, as its attempts tell: a circuit breaker. */
export type AgentHealth = {
  /** Attempts in a row that the provider has failed. */
  readonly failures: number;
  /** Times in a row that the agent was rested. */
  readonly rests: number;
  /** Until then none of its attempts starts (milliseconds since the epoch). */
  readonly restsUntilMs: number;
  /** How many of its attempts may be at work at a time; 0 until it is tried again. */
  readonly room: number;
  /** It was held for what is its own, such as a usage limit, and has not come back to work as before. */
  readonly isReturning: boolean;
};

export const HEALTHY: AgentHealth = {
  failures: 0,
  rests: 0,
  restsUntilMs: 0,
  room: Infinity,
  isReturning: false,
};

const FAILURES_BEFORE_REST = 3;
const FIRST_REST_MS = 15_000;
const REST_MAX_MS = 5 * 60_000;
/** With as many at work again, nothing is special any more. */
const ROOM_WHEN_WELL = 16;

const OF_PROVIDER: ReadonlySet<FailureClass> = new Set(["provider_error", "network"]);
/** The provider has answered, whatever came of it. */
const ANSWERED: ReadonlySet<FailureClass> = new Set([
  "check_failed",
  "context_overflow",
  "empty_output",
]);

/**
 * What the end of an attempt tells; `failureClass` is `undefined` when it succeeded. After three
 * failures in a row the agent rests, longer each time; then one attempt tries, and with each answer
 * twice as many may be at work.
 */
export function afterEnd(
  health: AgentHealth,
  failureClass: FailureClass | undefined,
  nowMs: number,
): AgentHealth {
  if (failureClass !== undefined && OF_PROVIDER.has(failureClass)) return failed(health, nowMs);
  if (failureClass !== undefined && !ANSWERED.has(failureClass)) return health;
  return afterAnswer({ ...health, failures: 0 });
}

/**
 * What the first answer to an attempt tells, which may then work for hours. It ends no row of
 * failures: a provider may answer each attempt once, and then fail it.
 */
export function afterAnswer(health: AgentHealth): AgentHealth {
  if (health.room === Infinity && health.failures > 0) return health;
  const room = health.room * 2;
  return room > ROOM_WHEN_WELL ? HEALTHY : { ...health, room };
}

/** What it tells that the agent can do nothing for anybody, for a time. */
export function afterHold(health: AgentHealth): AgentHealth {
  return { ...health, room: 0, isReturning: true };
}

/** The rest or the hold is over: one attempt tries, beside those that have been `atWork` all the while. */
export function tried(health: AgentHealth, atWork: number): AgentHealth {
  return { ...health, room: atWork + 1 };
}

function failed(health: AgentHealth, nowMs: number): AgentHealth {
  // It was at work when the others failed, and says nothing new.
  if (nowMs < health.restsUntilMs) return health;
  const failures = health.failures + 1;
  if (health.rests === 0 && failures < FAILURES_BEFORE_REST) return { ...health, failures };
  const restMs = Math.min(REST_MAX_MS, FIRST_REST_MS * 2 ** health.rests);
  return { ...health, failures, rests: health.rests + 1, restsUntilMs: nowMs + restMs, room: 0 };
}
