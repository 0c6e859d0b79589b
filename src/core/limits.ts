import type { AttemptEnd } from "./attempt.ts";
import type { Failure } from "./failure.ts";
import type { TaskLimits } from "./task.ts";

/**
 * What a node has seen of an attempt's life, kept in a file so that a restart goes on with it. In
 * milliseconds the machine was awake, because a machine that slept is no stall.
 */
export type LifeRecord = {
  readonly startedAwakeMs: number;
  readonly lastOutputAwakeMs: number;
  readonly outputBytes: number;
};

/** How an attempt ends that has passed a limit. */
export type PassedLimit = { readonly end: AttemptEnd; readonly failure: Failure };

/** No attempt may be given more time than this. */
export const TIMEOUT_MAX_MS = 30 * 86_400_000;

/** An agent that prints more than this is out of control. */
export const OUTPUT_BYTES_MAX = 2 * 1024 ** 3;

/** The record after a look at the output's size. */
export function seenOutput(record: LifeRecord, outputBytes: number, awakeMs: number): LifeRecord {
  if (outputBytes === record.outputBytes) return record;
  return { ...record, outputBytes, lastOutputAwakeMs: awakeMs };
}

/** The limit that the attempt has passed, if any. */
export function passedLimit(
  limits: TaskLimits,
  record: LifeRecord,
  awakeMs: number,
): PassedLimit | undefined {
  if (awakeMs - record.startedAwakeMs >= limits.timeoutMs) {
    const message =
      limits.timeoutMs === 0
        ? "A person ended it as timed out."
        : `It ran longer than its timeout of ${inWords(limits.timeoutMs)}.`;
    return { end: "timed_out", failure: { class: "timeout", message } };
  }
  if (limits.stallMs > 0 && awakeMs - record.lastOutputAwakeMs >= limits.stallMs) {
    const message = `It printed nothing for ${inWords(limits.stallMs)}.`;
    return { end: "stalled", failure: { class: "stall", message } };
  }
  if (record.outputBytes > OUTPUT_BYTES_MAX) {
    const message = `It printed more than ${OUTPUT_BYTES_MAX / 1024 ** 3} GiB.`;
    return { end: "failed", failure: { class: "process_crash", message } };
  }
  return undefined;
}

/** A duration for a person: `90 s`, `15 min`, `2 h`. */
export function inWords(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 100) / 10} s`;
  if (ms < 2 * 3_600_000) return `${Math.round(ms / 6_000) / 10} min`;
  return `${Math.round(ms / 360_000) / 10} h`;
}
