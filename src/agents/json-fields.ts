/** An object of an agent's output: nothing about its fields is certain. */
export type Fields = Readonly<Record<string, unknown>>;

/** The JSON object that a line holds, or `undefined` when it holds anything else. */
export function fieldsOf(line: string): Fields | undefined {
  try {
    return asFields(JSON.parse(line));
  } catch {
    // Agents print more than JSON; the caller shows such a line as it is.
    return undefined;
  }
}

export function asFields(value: unknown): Fields | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Checked in the line before.
  return value as Fields;
}

/** The object in `fields[name]`; an empty one when there is none. */
export function fieldsIn(fields: Fields, name: string): Fields {
  return asFields(fields[name]) ?? {};
}

/** The objects of the list in `fields[name]`; what is no object is left out. */
export function listIn(fields: Fields, name: string): readonly Fields[] {
  const value = fields[name];
  if (!Array.isArray(value)) return [];
  return value.map((item: unknown) => asFields(item)).filter((item) => item !== undefined);
}

export function textIn(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" ? value : undefined;
}

/** A whole number of something; 0 for everything that cannot be one. */
export function countIn(fields: Fields, name: string): number {
  const value = fields[name];
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** A number above zero, such as an amount of money. */
export function amountIn(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}
