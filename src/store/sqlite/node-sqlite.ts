import type { DatabaseSync, StatementSync, SQLInputValue } from "node:sqlite";
import {
  DefaultQueryExecutor,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type ConnectionProvider,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
} from "kysely";
import { storeError } from "./store-error.ts";

/** Statements kept prepared; their number is bounded because `in` lists have many lengths. */
const STATEMENTS_MAX = 300;

type Prepared = { readonly statement: StatementSync; readonly returnsRows: boolean };

type Connection = {
  readonly database: DatabaseSync;
  readonly file: string;
  readonly prepared: Map<string, Prepared>;
};

/** Kysely on one `node:sqlite` connection, whose caller begins and ends transactions. */
export function kyselyOnNodeSqlite<Tables>(database: DatabaseSync, file: string): Kysely<Tables> {
  const connection = connectionOf({ database, file, prepared: new Map() });
  const driver = driverOf(connection);
  const executor = new OneConnection(connection);
  const dialect = {
    createAdapter: () => executor.adapter,
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createDriver: () => driver,
  };
  return new Kysely<Tables>({ config: { dialect }, driver, executor, dialect });
}

/** Asks the connection at once: a pool's acquiring and releasing costs more than most questions. */
class OneConnection extends DefaultQueryExecutor {
  readonly #connection: DatabaseConnection;

  constructor(connection: DatabaseConnection) {
    const provider: ConnectionProvider = {
      provideConnection: async (consumer) => consumer(connection),
    };
    super(new SqliteQueryCompiler(), new SqliteAdapter(), provider);
    this.#connection = connection;
  }

  override async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#connection.executeQuery<R>(query);
  }
}

function connectionOf(deps: Connection): DatabaseConnection {
  return {
    executeQuery: async (query) => run(deps, query),
    streamQuery: () => {
      throw new Error("Streaming is not used: every query is bounded.");
    },
  };
}

function driverOf(connection: DatabaseConnection): Driver {
  return {
    init: nothing,
    acquireConnection: async () => connection,
    releaseConnection: nothing,
    beginTransaction: nothing,
    commitTransaction: nothing,
    rollbackTransaction: nothing,
    destroy: nothing,
  };
}
async function nothing(): Promise<void> {
  // Transactions are the caller's, and the connection is never given back.
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
