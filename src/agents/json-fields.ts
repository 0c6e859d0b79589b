/** A JSON object whose fields nobody has promised anything about. */
export type JsonObject = { readonly [name: string]: unknown };

/** The object in a line of JSON; `undefined` for anything else. Never throws. */
export function objectIn(line: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(line));
  } catch {
    // Agents print other things between their lines of JSON.
    return undefined;
  }
}

export function asObject(value: unknown): JsonObject | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Its fields stay unknown.
  return typeof value === "object" && value !== null ? (value as JsonObject) : undefined;
}

export function asObjects(value: unknown): readonly JsonObject[] {
  if (!Array.isArray(value)) return [];
  return value.map((one) => asObject(one)).filter((one) => one !== undefined);
}

export function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A count or an amount: finite and not below zero; anything else is 0. */
export function asAmount(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}
