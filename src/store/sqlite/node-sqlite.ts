import type { DatabaseSync, StatementSync, SQLInputValue } from "node:sqlite";
import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type Kysely,
  type QueryResult,
} from "kysely";
import { kyselyOnConnection, type SqlFlavour } from "../sql/kysely-on-connection.ts";
import { storeError } from "./store-error.ts";

/** Statements kept prepared; their number is bounded because `in` lists have many lengths. */
const STATEMENTS_MAX = 300;

type Prepared = { readonly statement: StatementSync; readonly returnsRows: boolean };

type Connection = {
  readonly database: DatabaseSync;
  readonly file: string;
  readonly prepared: Map<string, Prepared>;
};

const FLAVOUR: SqlFlavour = {
  adapter: new SqliteAdapter(),
  compiler: new SqliteQueryCompiler(),
  introspector: (db) => new SqliteIntrospector(db),
};

/** Kysely on one `node:sqlite` connection, whose caller begins and ends transactions. */
export function kyselyOnNodeSqlite<Tables>(database: DatabaseSync, file: string): Kysely<Tables> {
  const connection = connectionTo(database, file);
  return kyselyOnConnection(FLAVOUR, async (query) => run(connection, query));
}

/**
 * Kysely for statements that read what is committed: on the connection of who writes, whose cache each
 * commit leaves warm where it empties all others, and while a transaction is open there, on the other.
 */
export function kyselyOnEither<Tables>(
  writer: DatabaseSync,
  reader: DatabaseSync,
  file: string,
): Kysely<Tables> {
  const [warm, other] = [connectionTo(writer, file), connectionTo(reader, file)];
  return kyselyOnConnection(FLAVOUR, async (query) =>
    run(writer.isTransaction ? other : warm, query),
  );
}

function connectionTo(database: DatabaseSync, file: string): Connection {
  return { database, file, prepared: new Map() };
}

function run<R>(connection: Connection, { sql, parameters }: CompiledQuery): QueryResult<R> {
  try {
    const { statement, returnsRows } = prepare(connection, sql);
    // Kysely's parameters and rows are untyped here; its query builder has checked them.
    // oxlint-disable typescript/no-unsafe-type-assertion
    const values = parameters as SQLInputValue[];
    if (returnsRows) return { rows: statement.all(...values) as R[] };
    // oxlint-enable typescript/no-unsafe-type-assertion
    const { changes } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes) };
  } catch (error) {
    throw storeError(error, connection.file);
  }
}

function prepare({ database, prepared }: Connection, sql: string): Prepared {
  const known = prepared.get(sql);
  if (known) return known;
  if (prepared.size >= STATEMENTS_MAX) prepared.clear();
  const statement = database.prepare(sql);
  const fresh = { statement, returnsRows: statement.columns().length > 0 };
  prepared.set(sql, fresh);
  return fresh;
}
