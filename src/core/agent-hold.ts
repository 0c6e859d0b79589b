import type { Failure, FailureClass } from "./failure.ts";
import type { Task } from "./task.ts";

/** An agent can do nothing for anybody, as one of its attempts has found. */
export type AgentHold = {
  readonly agent: string;
  readonly taskId: string;
  readonly attemptId: string;
  readonly failureClass: FailureClass;
  /** Milliseconds since the epoch; `Infinity` where a person has to put something right. */
  readonly untilMs: number;
};

/** Agents that can do nothing, and until when (milliseconds since the epoch, or `Infinity`). */
export type HeldUntil = Readonly<Record<string, number>>;

/** Those of the agents that can do nothing now. */
export function heldAgents(until: HeldUntil, nowMs: number): readonly string[] {
  return Object.keys(until).filter((agent) => (until[agent] ?? 0) > nowMs);
}

/** How long to wait for a usage limit whose reset time nobody told. */
export const QUOTA_WAIT_MS = 15 * 60_000;

/** What every attempt of the same agent would meet, until a person has put it right. */
const HOLDS_UNTIL_MENDED: ReadonlySet<FailureClass> = new Set([
  "auth",
  "model_not_found",
  "missing_executable",
]);

/**
 * Until when an agent that failed like this can do nothing for anybody; `undefined` if it can. One that
 * has run and ended with 127 was found, and may have looked for something of its task's.
 */
export function holdEnd(
  failure: Failure,
  { hasRun }: { readonly hasRun: boolean },
  nowMs: number,
): number | undefined {
  if (hasRun && failure.class === "missing_executable") return undefined;
  return HOLDS_UNTIL_MENDED.has(failure.class) ? Infinity : usageLimitEnd(failure, nowMs);
}

/** When the usage limit ends that this failure tells of. */
export function usageLimitEnd(failure: Failure, nowMs: number): number | undefined {
  if (failure.class !== "quota") return undefined;
  const { resetAtMs = Number.NaN } = failure;
  return Number.isFinite(resetAtMs) ? resetAtMs : nowMs + QUOTA_WAIT_MS;
}

type Agents = Pick<Task, "agent" | "fallbackAgents" | "usageLimits">;

/** The first of a task's agents that may work now, as far as the task knows and others have found. */
export function agentFor(task: Agents, nowMs: number, others: HeldUntil): string | undefined {
  return agentsOf(task).find((agent) => limitEnd(task, agent, others) <= nowMs);
}

/** When the first of a task's agents may work; a time that has passed when one may now. */
export function agentDueMs(task: Agents, others: HeldUntil): number {
  return Math.min(...agentsOf(task).map((agent) => limitEnd(task, agent, others)));
}

function agentsOf({ agent, fallbackAgents = [] }: Agents): readonly string[] {
  return [agent, ...fallbackAgents];
}

function limitEnd({ usageLimits = {} }: Agents, agent: string, others: HeldUntil): number {
  return Math.max(usageLimits[agent] ?? -Infinity, others[agent] ?? -Infinity);
}
