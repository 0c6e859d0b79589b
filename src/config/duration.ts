import { TIMEOUT_MAX_MS } from "../core/limits.ts";

const MS_BY_UNIT: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5 };
const LIMIT_MIN_MS = 1_000;
const AGE_MAX_MS = 3650 * 864e5;

/** `90s`, `1h30m`, `1.5h`. */
export const DURATION_PATTERN = /^(\d+(\.\d+)?[smhd])+$/;
const SECONDS_PATTERN = /^\d+(\.\d+)?$/;

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

/** The same of what was typed, where numbers are text, too; `undefined` when it is no duration. */
export function readDuration(typed: string): number | undefined {
  if (SECONDS_PATTERN.test(typed)) return millisecondsOf(Number(typed));
  return DURATION_PATTERN.test(typed) ? millisecondsOf(typed) : undefined;
}

/** Whether it may limit something: from a second to 30 days. */
export function isLimit(ms: number): boolean {
  return ms >= LIMIT_MIN_MS && ms <= TIMEOUT_MAX_MS;
}

/** Whether it may say how long ago something was: up to ten years. */
export function isAge(ms: number): boolean {
  return ms >= 0 && ms <= AGE_MAX_MS;
}
