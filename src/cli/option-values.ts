import { OrchestraError } from "../core/errors.ts";

const MS_BY_UNIT = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION_MAX_MS = 30 * MS_BY_UNIT.d;

/** A whole number as typed; `undefined` when the option was not. */
export function parseNumberOption(
  name: string,
  typed: string | undefined,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  if (typed === undefined) return undefined;
  const value = /^-?\d+$/.test(typed) ? Number(typed) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new OrchestraError(
    "INVALID_ARGUMENT",
    `${name} must be a whole number from ${min} to ${max}, got ${JSON.stringify(typed)}.`,
  );
}

/** A duration as typed, in milliseconds; plain numbers are seconds. */
export function parseDurationOption(name: string, typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  const parts = [...typed.matchAll(/(\d+(?:\.\d+)?)(s|m|h|d)?/gy)];
  const isWhole = parts.reduce((length, [part]) => length + part.length, 0) === typed.length;
  const ms = parts.reduce((sum, part) => sum + millisecondsOf(part), 0);
  if (typed !== "" && isWhole && ms >= 1_000 && ms <= DURATION_MAX_MS) return ms;
  throw new OrchestraError(
    "INVALID_ARGUMENT",
    `${name} must be a duration from 1s to 30d, such as 90s, 15m, 1h30m; got ${JSON.stringify(typed)}.`,
  );
}

function millisecondsOf([, amount = "", unit = "s"]: RegExpMatchArray): number {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The pattern allows no other.
  return Number(amount) * MS_BY_UNIT[unit as keyof typeof MS_BY_UNIT];
}
