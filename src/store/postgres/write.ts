import { CompiledQuery } from "kysely";
import { allSettled } from "../sql/all-settled.ts";
import type { Db } from "../server/database-server.ts";
import type { Writes } from "../sql/deciding/writes.ts";

/** Writes all that a batch changes, in the transaction that holds the lock. */
export async function writeToPostgres(db: Db, writes: Writes): Promise<void> {
  // Made before anything is sent: the commit that follows does not wait to hear that it could not be.
  const statement = statementOf(writes, undefined);
  await allSettled([
    ...(writes.removed.length > 0 ? REMOVALS : []).map(async (removal) =>
      db.executeQuery(CompiledQuery.raw(removal, [writes.removed])),
    ),
    ...writes.unlinked.map(async (link) =>
      db.executeQuery(CompiledQuery.raw(UNLINK, [link.task_id, link.depends_on_id])),
    ),
    db.executeQuery(statement),
  ]);
}

/** The same in a statement of its own, which changes nothing if others have written since `version`. */
export async function keepInPostgres(db: Db, writes: Writes, version: number): Promise<boolean> {
  // The parts of one statement do not see each other, so what is old would be in the way of what is new.
  if (writes.unlinked.length > 0 || writes.removed.length > 0) return false;
  const { rows } = await db.executeQuery(statementOf(writes, version));
  return rows.length === 1;
}

const REMOVALS = [
  "delete from events where task_id = any($1)",
  "delete from dependencies where task_id = any($1) or depends_on_id = any($1)",
  "delete from interrupts where task_id = any($1)",
  "delete from attempts where task_id = any($1)",
  "delete from tasks where id = any($1)",
];
const UNLINK = "delete from dependencies where task_id = $1 and depends_on_id = $2";

/** Does nothing and returns no row unless the version is still the one that is expected. */
const RAISE_VERSION =
  "raised as (update blackboard set version = version + 1 where id = 1 and version = $1 returning 1)";

const NO_CONDITION = "raised as (select $1::bigint)";

/** Tables with the columns that can change, in the order in which a batch has their rows. */
const TABLES = [
  ["runs", ["next_seq"]],
  ["tasks", ["state", "agent", "rank", "parked_until", "data"]],
  ["attempts", ["state", "is_live", "ended_at", "data"]],
  ["interrupts", ["is_open", "data"]],
] as const;

type Part = { readonly sql: (rows: string) => string; readonly rows: readonly unknown[] };

/** One statement for everything: its parts cost a fraction of statements of their own. */
function statementOf(writes: Writes, version: number | undefined): CompiledQuery {
  const changes = TABLES.flatMap(([table, columns]): Part[] => [
    { sql: (rows) => insertion(table, rows), rows: writes[table].added },
    { sql: (rows) => change(table, columns, rows), rows: writes[table].changed },
  ]);
  const parts = [
    ...changes,
    { sql: (rows: string) => insertion("dependencies", rows), rows: writes.dependencies },
    { sql: (rows: string) => insertion("events", rows), rows: writes.events },
  ].filter(({ rows }) => rows.length > 0);
  const sql = parts.map((part, index) => `part${index} as (${part.sql(`$${index + 2}`)})`);
  const first = version === undefined ? NO_CONDITION : RAISE_VERSION;
  return CompiledQuery.raw(`with ${[first, ...sql].join(",\n")} select from raised`, [
    version ?? null,
    ...parts.map(({ rows }) => JSON.stringify(rows)),
  ]);
}

/** The rows come as one JSON value, so that one statement takes any number of them. */
function insertion(table: string, rows: string): string {
  return `insert into ${table} select * from json_populate_recordset(null::${table}, ${rows}::json)
    where exists (select from raised)`;
}

/**
 * Rows that are there, as an insertion that they are in the way of: each is found by its key. A join
 * would be planned by what the table held then, and one that was empty would be read whole for ever.
 */
function change(table: string, columns: readonly string[], rows: string): string {
  const changes = columns.map((column) => `${column} = excluded.${column}`).join(", ");
  return `${insertion(table, rows)} on conflict (id) do update set ${changes}`;
}
