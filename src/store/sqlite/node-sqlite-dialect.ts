import type { DatabaseSync, StatementSync, SQLInputValue } from "node:sqlite";
import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type QueryResult,
} from "kysely";

/** Statements kept prepared; their number is bounded because `in` lists have many lengths. */
const STATEMENTS_MAX = 300;

/** Kysely on one `node:sqlite` connection, whose caller begins and ends transactions. */
export function nodeSqliteDialect(database: DatabaseSync): Dialect {
  const connection = createConnection(database);
  return {
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createDriver: () => ({
      init: nothing,
      acquireConnection: async () => connection,
      releaseConnection: nothing,
      beginTransaction: nothing,
      commitTransaction: nothing,
      rollbackTransaction: nothing,
      destroy: nothing,
    }),
  };
}

async function nothing(): Promise<void> {
  // Transactions are the caller's, and the connection is never given back.
}

function createConnection(database: DatabaseSync): DatabaseConnection {
  const statements = new Map<string, StatementSync>();
  return {
    executeQuery: async (query) => run(prepared(database, statements, query.sql), query),
    streamQuery: () => {
      throw new Error("Streaming is not used: every query is bounded.");
    },
  };
}

function prepared(
  database: DatabaseSync,
  statements: Map<string, StatementSync>,
  sql: string,
): StatementSync {
  const known = statements.get(sql);
  if (known) return known;
  if (statements.size >= STATEMENTS_MAX) statements.clear();
  const statement = database.prepare(sql);
  statements.set(sql, statement);
  return statement;
}

function run<R>(statement: StatementSync, { parameters }: CompiledQuery): QueryResult<R> {
  // Kysely's parameters and rows are untyped here; its query builder has checked them.
  // oxlint-disable typescript/no-unsafe-type-assertion
  const values = parameters as SQLInputValue[];
  if (statement.columns().length > 0) return { rows: statement.all(...values) as R[] };
  // oxlint-enable typescript/no-unsafe-type-assertion
  const { changes } = statement.run(...values);
  return { rows: [], numAffectedRows: BigInt(changes) };
}
