const MS_BY_UNIT: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5 };

/** `90s`, `1h30m`, `1.5h`. */
export const DURATION_PATTERN = /^(\d+(\.\d+)?[smhd])+$/;

/** The duration in milliseconds; a plain number is seconds. */
export function millisecondsOf(duration: string | number): number {
  if (typeof duration === "number") return Math.round(duration * 1000);
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)([smhd])/g)];
  return Math.round(
    parts.reduce(
      (sum, [, amount = "0", unit = "s"]) => sum + Number(amount) * (MS_BY_UNIT[unit] ?? 0),
      0,
    ),
  );
}
