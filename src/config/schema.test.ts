import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { configJsonSchema } from "./json-schema.ts";
import { parseConfig } from "./parse-config.ts";

const CONFIGURATION = readFileSync("docs/configuration.md", "utf8");

test("the published JSON Schema is that of the parser", async () => {
  // Written with `vitest -u` after the schema was changed on purpose.
  await expect(configJsonSchema()).toMatchFileSnapshot("../../schema/orchestra.schema.json");
});

test("every key of the configuration is documented with its default, and no other", () => {
  const documented = [...CONFIGURATION.matchAll(/^\| `([$a-z][\w.]+)` *\|[^|]*\|([^|]*)\|/gm)].map(
    ([, key, told = ""]) => [key, told.replaceAll("`", "").trim()],
  );
  const known = keysOf(JSON.parse(configJsonSchema()));
  expect(documented.map(([key]) => key)).toEqual(known.map(({ key }) => key));
  const wrong = known.filter(
    ({ key, value }) =>
      value !== undefined && !documented.some((row) => row[0] === key && row[1] === value),
  );
  expect(wrong).toEqual([]);
});

test("every key tells an editor what it is for", () => {
  const silent = keysOf(JSON.parse(configJsonSchema())).filter(({ description }) => !description);
  expect(silent).toEqual([]);
});

test("every example of the documentation is one that is read", () => {
  const examples = [...CONFIGURATION.matchAll(/```yaml\n([^]*?)```/g)].map(([, text = ""]) => text);
  expect(examples.length).toBeGreaterThan(1);
  for (const text of examples) {
    expect(() => parseConfig("example", new TextEncoder().encode(text))).not.toThrow();
  }
});

type Key = {
  readonly key: string;
  readonly value: string | undefined;
  readonly description: unknown;
};
type Schema = {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly default?: unknown;
  readonly description?: string;
};

/** `agents.NAME.limit` and the like, for every key of the schema, with its default in words. */
function keysOf(schema: Schema, prefix = ""): Key[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const key = `${prefix}${name}`;
    const open = key === "agents" ? child.additionalProperties : undefined;
    const deeper =
      typeof open === "object" ? keysOf(open, `${key}.NAME.`) : keysOf(child, `${key}.`);
    const { default: value, description } = child;
    return deeper.length > 0 ? deeper : [{ key, value: inWords(value), description }];
  });
}

function inWords(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "object") return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? value : JSON.stringify(value);
}
