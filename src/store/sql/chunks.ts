/** Rows in one insert, and ids in one `in` list; databases bound the number of parameters. */
const ROWS_PER_INSERT = 50;
export const IDS_PER_QUERY = 500;

/** `ids` in lists that one query takes; none when there are no ids, as `in ()` is not SQL. */
export function idChunks(ids: readonly string[]): string[][] {
  return chunks(ids, IDS_PER_QUERY);
}

/** Rows in lists that one insert takes. */
export function rowChunks<Row>(rows: readonly Row[]): Row[][] {
  return chunks(rows, ROWS_PER_INSERT);
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
