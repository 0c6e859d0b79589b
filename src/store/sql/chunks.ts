/** Rows in one insert, and ids in one `in` list; databases bound the number of parameters. */
const ROWS_PER_INSERT = 50;
/** Text in one insert, unless one row has more: servers bound what they take at once. */
const CHARACTERS_PER_INSERT = 2 * 1024 * 1024;
export const IDS_PER_QUERY = 500;

/** `ids` in lists that one query takes; none when there are no ids, as `in ()` is not SQL. */
export function idChunks(ids: readonly string[]): string[][] {
  return chunks(ids, IDS_PER_QUERY);
}

/** Rows in lists that one insert takes. */
export function rowChunks<Row extends object>(rows: readonly Row[]): Row[][] {
  const some: Row[][] = [];
  let characters = 0;
  for (const row of rows) {
    const chunk = some.at(-1);
    characters += lengthOf(row);
    if (chunk && chunk.length < ROWS_PER_INSERT && characters <= CHARACTERS_PER_INSERT) {
      chunk.push(row);
    } else {
      some.push([row]);
      characters = lengthOf(row);
    }
  }
  return some;
}

function lengthOf(row: object): number {
  return "data" in row && typeof row.data === "string" ? row.data.length : 0;
}

/** The values of rows with the same columns, as a multi-row insert takes them. */
export function valuesOf(rows: readonly object[]): unknown[] {
  return rows.flatMap((row) => Object.values(row) as unknown[]);
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const some: T[][] = [];
  for (let start = 0; start < items.length; start += size) {
    some.push(items.slice(start, start + size));
  }
  return some;
}
