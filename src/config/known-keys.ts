import * as z from "zod";
import { configSchema } from "./schema.ts";

type Schema = z.core.JSONSchema._JSONSchema;

/** The keys that may stand at `path` of the file. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  const root: Schema = z.toJSONSchema(configSchema, { io: "input" });
  const schema = path.reduce<Schema>((parent, key) => within(parent, String(key)), root);
  return schemasOf(schema).flatMap(({ properties = {} }) => Object.keys(properties));
}

function within(schema: Schema, key: string): Schema {
  const found = schemasOf(schema).map(
    ({ properties, additionalProperties, items }) =>
      properties?.[key] ?? additionalProperties ?? (Array.isArray(items) ? false : items),
  );
  return found.find((one) => typeof one === "object") ?? false;
}

/** The schema, or each of those that it lets one choose from. */
function schemasOf(schema: Schema): Exclude<Schema, boolean>[] {
  if (typeof schema === "boolean") return [];
  return schema.anyOf?.flatMap(schemasOf) ?? [schema];
}
