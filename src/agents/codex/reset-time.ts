import { instantOf, isZone, wallClock } from "../wall-clock.ts";

/** What tells the date that a time of day belongs to. */
export type Told = {
  /** A UUID of version 7, which begins with the time at which it was made. */
  readonly threadId: string | undefined;
  /** Where Codex reads the clock. */
  readonly timeZone: string;
};

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const MINUTE_MS = 60_000;

/** `try again at 3:42 PM`, and on another day `try again at Nov 22nd, 2026 2:42 PM`. */
const WALL_CLOCK =
  /\btry again at (?:([A-Z][a-z]{2})[a-z]* (\d{1,2})(?:st|nd|rd|th)?,? (\d{4}),? )?(\d{1,2}):(\d{2})\s?([AP])M/i;

/**
 * When a usage limit ends: the end of the minute that its text tells, because Codex leaves the
 * seconds out. Without a date it is the next such minute after the thread began.
 */
export function resetTimeIn(text: string, { threadId, timeZone }: Told): number | undefined {
  const [, month, day, year, hour, minute, half] = WALL_CLOCK.exec(text) ?? [];
  if (hour === undefined || !isZone(timeZone)) return undefined;
  const clock = {
    hour: (Number(hour) % 12) + (half?.toLowerCase() === "p" ? 12 : 0),
    minute: Number(minute),
  };
  if (month !== undefined) {
    const date = { year: Number(year), month: monthNumber(month), day: Number(day) };
    return date.month === 0 ? undefined : instantOf({ ...date, ...clock }, timeZone) + MINUTE_MS;
  }
  const beganAtMs = timeOf(threadId);
  if (beganAtMs === undefined) return undefined;
  const began = wallClock(beganAtMs, timeZone);
  const sameDay = instantOf({ ...began, ...clock }, timeZone) + MINUTE_MS;
  if (sameDay > beganAtMs) return sameDay;
  return instantOf({ ...began, ...clock, day: began.day + 1 }, timeZone) + MINUTE_MS;
}

function monthNumber(name: string): number {
  return MONTHS.indexOf(name.toLowerCase()) + 1;
}

const UUID_7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-/i;

function timeOf(threadId = ""): number | undefined {
  const [, high, low] = UUID_7.exec(threadId) ?? [];
  return high === undefined || low === undefined ? undefined : Number(`0x${high}${low}`);
}
