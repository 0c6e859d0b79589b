import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { configJsonSchema } from "./json-schema.ts";

test("the published JSON Schema is that of the parser", async () => {
  // Written with `vitest -u` after the schema was changed on purpose.
  await expect(configJsonSchema()).toMatchFileSnapshot("../../schema/orchestra.schema.json");
});

test("every key of the configuration is documented", () => {
  const documented = readFileSync("docs/configuration.md", "utf8");
  expect(keysOf(JSON.parse(configJsonSchema())).filter((key) => !documented.includes(key))).toEqual(
    [],
  );
});

/** `agents.NAME.limit` and the like, for every key of the schema. */
function keysOf(schema: unknown, prefix = ""): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties = {}, additionalProperties } = schema as {
    properties?: Record<string, unknown>;
    additionalProperties?: unknown;
  };
  const named = Object.entries(properties).flatMap(([name, child]) => {
    const key = prefix === "" ? name : `${prefix}.${name}`;
    const deeper = keysOf(child, key);
    return deeper.length > 0 ? deeper : [`\`${key}\``];
  });
  const isOpen = prefix === "agents" && typeof additionalProperties === "object";
  return isOpen ? [...named, ...keysOf(additionalProperties, `${prefix}.NAME`)] : named;
}
