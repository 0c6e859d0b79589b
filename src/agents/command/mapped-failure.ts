import type { LineMapping, OutputMapping } from "../../config/output-schema.ts";
import type { Failure } from "../../core/failure.ts";
import { summaryLine } from "../bounds.ts";
import type { Fields } from "../json-fields.ts";
import { classOfTold, type FailureWords } from "../provider-failure.ts";
import { countAt, shownAt, textAt, valueAt } from "./field-path.ts";

type ErrorMapping = NonNullable<LineMapping["error"]>;

/** Only what every provider says alike; a CLI's own words are configured. */
const WORDS: FailureWords = { sure: [], loose: [] };

/** Whether a line has anything of an error in it. */
export function tellsError(line: Fields, mapping: ErrorMapping): boolean {
  return [mapping.message, mapping.code, mapping.status].some((path) => {
    const value = valueAt(line, path);
    return value !== undefined && value !== null && value !== "";
  });
}

/** Why a run failed; a line that does not say so is shown itself. */
export function failureOfLine(
  line: Fields,
  mapping: ErrorMapping,
  classes: OutputMapping["error_classes"],
): Failure {
  const text = shownAt(line, mapping.message);
  const code = textAt(line, mapping.code);
  const failureClass =
    mapping.class ??
    (code !== undefined && Object.hasOwn(classes, code) ? classes[code] : undefined) ??
    classOfTold(WORDS, { status: countAt(line, mapping.status) || undefined, text }) ??
    "unknown";
  const message = summaryLine(text) || summaryLine(JSON.stringify(line));
  const isLimit = failureClass === "rate_limit" || failureClass === "quota";
  const resetAtMs = isLimit ? instantAt(line, mapping.resets_at) : undefined;
  if (resetAtMs === undefined) return { class: failureClass, message };
  return { class: "quota", message, resetAtMs };
}

/** A result without the answer that should be in it. */
export function lostAnswer(line: Fields): Failure {
  const shown = summaryLine(JSON.stringify(line));
  return { class: "empty_output", message: `Its result has no answer: ${shown}` };
}

/** Seconds since the epoch are fewer than this until the year 5138, milliseconds more since 1973. */
const SECONDS_MAX = 1e11;

/** Digits that are such a number; fewer are a year, and more a date that is written together. */
const AS_DIGITS = /^\d{9,13}$/;

function instantAt(line: Fields, path: string | undefined): number | undefined {
  const told = valueAt(line, path);
  const value = typeof told === "string" && AS_DIGITS.test(told) ? Number(told) : told;
  if (typeof value === "string") {
    const atMs = Date.parse(value);
    return Number.isNaN(atMs) ? undefined : atMs;
  }
  if (typeof value !== "number" || !(value > 0) || value >= SECONDS_MAX * 1_000) return undefined;
  return Math.round(value < SECONDS_MAX ? value * 1_000 : value);
}
