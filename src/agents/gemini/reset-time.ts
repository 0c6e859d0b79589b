/** `Please retry in 812ms`, `Suggested retry after 7200s`, `Your quota will reset after 21h55m10s`. */
const DELAY =
  /\b(?:retry in|retry after|reset after) (?:(\d{1,4})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,8}(?:\.\d{1,9})?)(ms|s))?/i;

/** When a limit ends, as its text tells it: some time after it was said. */
export function resetTimeIn(text: string, saidAtMs: number | undefined): number | undefined {
  const [, hours, minutes, seconds, unit] = DELAY.exec(text) ?? [];
  if (saidAtMs === undefined || (hours ?? minutes ?? seconds) === undefined) return undefined;
  const secondMs = unit?.toLowerCase() === "ms" ? 1 : 1_000;
  const delayMs =
    Number(hours ?? 0) * 3_600_000 +
    Number(minutes ?? 0) * 60_000 +
    Number(seconds ?? 0) * secondMs;
  return Math.ceil(saidAtMs + delayMs);
}
