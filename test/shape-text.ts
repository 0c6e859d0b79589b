import * as z from "zod";

/** The shapes as TypeScript types, which refer to each other by name. */
export function textOfShapes(shapes: Readonly<Record<string, z.ZodType>>): string {
  const names = new Map(Object.entries(shapes).map(([name, shape]) => [shape, name]));
  return Object.entries(shapes)
    .map(([name, shape]) => `type ${name} = ${textOf(shape, names, { isNamed: false })};`)
    .join("\n\n");
}

type Names = ReadonlyMap<z.ZodType, string>;

function textOf(shape: z.ZodType, names: Names, { isNamed } = { isNamed: true }): string {
  const name = names.get(shape);
  if (isNamed && name !== undefined) return name;
  if (shape instanceof z.ZodObject) return textOfObject(shape.shape, names);
  if (shape instanceof z.ZodArray) return `${textOf(typeOf(shape.element), names)}[]`;
  if (shape instanceof z.ZodRecord) {
    return `{ [key in ${textOf(typeOf(shape.keyType), names)}]: ${textOf(typeOf(shape.valueType), names)} }`;
  }
  if (shape instanceof z.ZodUnion) {
    return shape.options.map((option) => textOf(typeOf(option), names)).join(" | ");
  }
  if (shape instanceof z.ZodEnum) return shape.options.map(quotedOrNumber).join(" | ");
  if (shape instanceof z.ZodLiteral) return [...shape.values].map(quotedOrNumber).join(" | ");
  return shape.def.type;
}

function textOfObject(shape: Readonly<Record<string, unknown>>, names: Names): string {
  const lines = Object.entries(shape).map(([key, value]) => {
    const type = typeOf(value);
    if (!(type instanceof z.ZodOptional)) return `${key}: ${textOf(type, names)};`;
    return `${key}?: ${textOf(typeOf(type.unwrap()), names)};`;
  });
  return `{ ${lines.join(" ")} }`;
}

function quotedOrNumber(value: unknown): string {
  return JSON.stringify(value);
}

/** Zod tells its parts by a wider type than they have here. */
function typeOf(part: unknown): z.ZodType {
  if (part instanceof z.ZodType) return part;
  throw new Error(`No shape of zod: ${String(part)}`);
}
