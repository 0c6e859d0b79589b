import * as z from "zod";
import { configSchema } from "./schema.ts";

/** The JSON Schema of `orchestra.yaml`, as editors read it; the text of `schema/orchestra.schema.json`. */
export function configJsonSchema(): string {
  const schema = z.toJSONSchema(configSchema, { io: "input" });
  return `${JSON.stringify({ title: "orchestra.yaml", ...schema }, undefined, 2)}\n`;
}
