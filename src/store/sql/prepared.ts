import { invariant } from "../../core/invariant.ts";
import type { Compilable, CompiledQuery, Kysely } from "kysely";
import { idChunks } from "./chunks.ts";
import type { Database } from "./schema.ts";

type Db = Kysely<Database>;

/** Shapes kept compiled; bounded because lists of ids have many lengths. */
const SHAPES_MAX = 300;

const shapesOf = new WeakMap<Db, Map<string, CompiledQuery>>();

/**
 * Runs a query that is built and compiled once for its `shape`: that costs Kysely several times what
 * SQLite takes to run it. Calls of one shape differ in their `values` alone, which stand in the order
 * of the SQL.
 */
export async function runPrepared<Row>(
  db: Db,
  shape: string,
  values: readonly unknown[],
  build: () => Compilable<Row>,
): Promise<Row[]> {
  const query = compiled(db, shape, values, build);
  const { rows } = await db.executeQuery({ ...query, parameters: values });
  // A shape names one query, so the rows are those of `build`.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return rows as Row[];
}

/** Runs a query that finds rows by ids, as often as it takes for all of them. */
export async function runForIds<Row>(
  db: Db,
  what: string,
  ids: readonly string[],
  build: (some: readonly string[]) => Compilable<Row>,
): Promise<Row[]> {
  const found: Row[] = [];
  for (const some of idChunks(ids)) {
    found.push(...(await runPrepared(db, `${some.length} ${what}`, some, () => build(some))));
  }
  return found;
}

function compiled(
  db: Db,
  shape: string,
  values: readonly unknown[],
  build: () => Compilable,
): CompiledQuery {
  const shapes = shapesOf.get(db) ?? new Map<string, CompiledQuery>();
  shapesOf.set(db, shapes);
  const known = shapes.get(shape);
  if (known) return known;

  const query = build().compile();
  invariant(
    query.parameters.length === values.length &&
      query.parameters.every((parameter, index) => parameter === values[index]),
    `The values of "${shape}" are those of its SQL.`,
  );
  if (shapes.size >= SHAPES_MAX) shapes.clear();
  shapes.set(shape, query);
  return query;
}
