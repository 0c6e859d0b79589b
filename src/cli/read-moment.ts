import { DURATION_PATTERN, readDuration } from "../config/duration.ts";
import type { Moment } from "../store/replay.ts";

const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * An event's number, a time, or how long ago; times without a zone are UTC, as they are shown.
 * `undefined` when it is none of these, such as a day that its month has not.
 */
export function readMoment(typed: string, nowMs: number): Moment | undefined {
  if (/^\d+$/.test(typed)) {
    const seq = Number(typed);
    return Number.isSafeInteger(seq) ? { kind: "seq", seq } : undefined;
  }
  // A number without a unit that is not whole may be meant as either, so it is neither.
  const agoMs = DURATION_PATTERN.test(typed) ? readDuration(typed) : undefined;
  const atMs = agoMs === undefined ? readTime(typed.trim()) : nowMs - agoMs;
  return atMs === undefined ? undefined : { kind: "time", atMs };
}

function readTime(typed: string): number | undefined {
  const [, day = "", time = "00:00", zone = "Z"] = TIME.exec(typed) ?? [];
  const atMs = isDay(day) ? Date.parse(`${day}T${time}${zone}`) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : atMs;
}

/** `Date` takes the thirtieth of February for the second of March. */
function isDay(day: string): boolean {
  const startMs = Date.parse(`${day}T00:00Z`);
  return !Number.isNaN(startMs) && new Date(startMs).toISOString().startsWith(day);
}
