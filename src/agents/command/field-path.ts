import { asFields, type Fields } from "../json-fields.ts";

/**
 * What stands at a path such as `message.content.0.text`; `undefined` when nothing does. Only what the
 * line itself holds is looked at, whatever a name of the path may be.
 */
export function valueAt(line: Fields, path: string | undefined): unknown {
  if (path === undefined) return undefined;
  return path.split(".").reduce<unknown>(step, line);
}

function step(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return /^\d+$/.test(name) ? value[Number(name)] : undefined;
  const fields = asFields(value);
  return fields && Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** The text at a path; a number is one, too. */
export function textAt(line: Fields, path: string | undefined): string | undefined {
  const value = valueAt(line, path);
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : undefined;
}

/** The objects' text at a path: text as it is, and whatever else as JSON. */
export function shownAt(line: Fields, path: string | undefined): string {
  const value = valueAt(line, path);
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A whole number of something at a path; 0 for everything that cannot be one. */
export function countAt(line: Fields, path: string | undefined): number {
  const value = valueAt(line, path);
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** A number of zero or more at a path. */
export function amountAt(line: Fields, path: string | undefined): number | undefined {
  const value = valueAt(line, path);
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}
