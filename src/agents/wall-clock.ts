/** What the clocks of a time zone show; months count from 1. */
export type WallClock = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
};

/** Whether this is the name of a time zone. */
export function isZone(zone: string): boolean {
  try {
    Intl.DateTimeFormat("en-US", { timeZone: zone }).format();
    return true;
  } catch {
    // `Intl` has no other way to say that it does not know a zone.
    return false;
  }
}

/** What the clocks of `zone` show at this instant. */
export function wallClock(atMs: number, zone: string): WallClock {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  }).formatToParts(atMs);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  return {
    year: part("year"),
    month: part("month"),
    day: part("day"),
    hour: part("hour"),
    minute: part("minute"),
  };
}

/** The instant at which the clocks of `zone` show this; days and months may run over. */
export function instantOf(clock: WallClock, zone: string): number {
  const asIfUtc = utc(clock);
  // The offset of the guess may be that of the other side of a clock change; the second is right.
  const guess = asIfUtc - offsetMs(asIfUtc, zone);
  return asIfUtc - offsetMs(guess, zone);
}

function offsetMs(atMs: number, zone: string): number {
  return utc(wallClock(atMs, zone)) - Math.floor(atMs / 60_000) * 60_000;
}

function utc({ year, month, day, hour, minute }: WallClock): number {
  return Date.UTC(year, month - 1, day, hour, minute);
}
