import { instantOf, isZone, wallClock } from "../wall-clock.ts";

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");

/** `usage limit reached|1763700000`, as old builds say it. */
const UNIX_SECONDS = /\|(\d{10})\b/;
/** `resets 9:30pm (Europe/Berlin)`, `resets Nov 25, 9am (UTC)`, `resets at 9am (UTC)`. */
const WALL_CLOCK =
  /\bresets?(?: at| on)? (?:([A-Z][a-z]{2})[a-z]* (\d{1,2})(?:, (\d{4}))?(?:,| at)? )?(?:at )?(\d{1,2})(?::(\d{2}))? ?([ap])m \(([\w+\-/]+)\)/i;

const DAY_MS = 24 * 60 * 60_000;

/**
 * When a usage limit ends, as its text tells it. A text without a date means the next such hour
 * after `saidAtMs`; `undefined` when that is not known, or the text says nothing of the kind.
 */
export function resetTimeIn(text: string, saidAtMs: number | undefined): number | undefined {
  const unix = UNIX_SECONDS.exec(text)?.[1];
  if (unix !== undefined) return Number(unix) * 1_000;
  const [, month, day, year, hour, minute, half, zone] = WALL_CLOCK.exec(text) ?? [];
  if (saidAtMs === undefined || zone === undefined || !isZone(zone)) return undefined;

  const hours = (Number(hour) % 12) + (half?.toLowerCase() === "p" ? 12 : 0);
  const said = wallClock(saidAtMs, zone);
  const at = { ...said, hour: hours, minute: Number(minute ?? 0) };
  if (month === undefined) {
    const today = instantOf(at, zone);
    return today > saidAtMs ? today : instantOf({ ...at, day: at.day + 1 }, zone);
  }
  const monthNumber = MONTHS.indexOf(month.toLowerCase()) + 1;
  if (monthNumber === 0) return undefined;
  const dated = { ...at, month: monthNumber, day: Number(day), year: Number(year ?? said.year) };
  const thisYear = instantOf(dated, zone);
  const isPast = year === undefined && thisYear < saidAtMs - DAY_MS;
  return isPast ? instantOf({ ...dated, year: dated.year + 1 }, zone) : thisYear;
}
