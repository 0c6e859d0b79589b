import { isAge, isLimit, readDuration } from "../config/duration.ts";
import { OrchestraError } from "../core/errors.ts";
import { quoted } from "../core/names.ts";

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
    `${name} must be a whole number from ${min} to ${max}, got ${quoted(typed)}.`,
  );
}

/** A duration as typed, in milliseconds; plain numbers are seconds. */
export function parseDurationOption(name: string, typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  const ms = readDuration(typed);
  if (ms !== undefined && isLimit(ms)) return ms;
  throw new OrchestraError(
    "INVALID_ARGUMENT",
    `${name} must be a duration from 1s to 30d, such as 90s, 15m, 1h30m; got ${quoted(typed)}.`,
  );
}

/** How long ago, as typed, in milliseconds. */
export function parseAgeOption(name: string, typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  const ms = readDuration(typed);
  if (ms !== undefined && isAge(ms)) return ms;
  throw new OrchestraError(
    "INVALID_ARGUMENT",
    `${name} must be a duration of up to 3650d, such as 12h, 30d, or 0 for all; got ${quoted(typed)}.`,
  );
}
