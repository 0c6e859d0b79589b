/** `Please retry in 812ms`, `Suggested retry after 7200s`, `Your quota will reset after 21h55m10s`. */
const DELAY =
  /\b(?:retry in|retry after|reset after) (?:(\d{1,4})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,8}(?:\.\d{1,9})?)(ms|s))?/i;

/** When a limit ends that lasts for some time after it was told. */
export function delayUntilReset(text: string, saidAtMs: number | undefined): number | undefined {
  const [, hours, minutes, seconds, unit] = DELAY.exec(text) ?? [];
  if (saidAtMs === undefined || (hours ?? minutes ?? seconds) === undefined) return undefined;
  const secondMs = unit?.toLowerCase() === "ms" ? 1 : 1_000;
  const delayMs =
    Number(hours ?? 0) * 3_600_000 +
    Number(minutes ?? 0) * 60_000 +
    Number(seconds ?? 0) * secondMs;
  return Math.ceil(saidAtMs + delayMs);
}

/** `will reset at 2026-11-22 08:00:00 UTC`; without a zone it could be any of two dozen hours. */
const RESET =
  /\breset at (\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?) ?(Z|UTC|GMT|[+-]\d{2}:\d{2})/i;

/** When a limit ends whose text tells the date. */
export function dateOfReset(text: string): number | undefined {
  const [, date, time, zone = ""] = RESET.exec(text) ?? [];
  const atMs = Date.parse(`${date}T${time}${/^[+-]/.test(zone) ? zone : "Z"}`);
  return Number.isNaN(atMs) ? undefined : atMs;
}
