import type { Attempt } from "../attempt.ts";
import type { LifeRecord } from "../limits.ts";
import type { Task } from "../task.ts";

/** What an attempt at work has used of its limits, in time that the machine was awake. */
export type TimeLeft = {
  readonly taskId: string;
  readonly title: string;
  readonly attempt: number;
  readonly agent: string;
  readonly timeoutMs: number;
  readonly usedMs: number;
  readonly leftMs: number;
  /** How long it may print nothing; `undefined` when it may for ever. */
  readonly stallMs: number | undefined;
  readonly quietMs: number;
};

/** `undefined` for an attempt whose agent is not at work. */
export function timeLeft(
  attempt: Attempt,
  task: Task | undefined,
  life: LifeRecord,
  awakeMs: number,
): TimeLeft | undefined {
  if (!task || task.state !== "active" || attempt.state !== "running") return undefined;
  const { limits } = task;
  const timeoutMs = attempt.timeoutMs ?? limits.timeoutMs;
  const usedMs = awakeMs - life.startedAwakeMs;
  return {
    taskId: task.id,
    title: task.title,
    attempt: attempt.number,
    agent: attempt.agent,
    timeoutMs,
    usedMs,
    leftMs: Math.max(0, timeoutMs - usedMs),
    stallMs: limits.stallMs > 0 ? limits.stallMs : undefined,
    quietMs: awakeMs - life.lastOutputAwakeMs,
  };
}
