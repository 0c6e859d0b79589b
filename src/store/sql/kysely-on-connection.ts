import {
  DefaultQueryExecutor,
  Kysely,
  type CompiledQuery,
  type ConnectionProvider,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type DialectAdapter,
  type Driver,
  type QueryCompiler,
  type QueryResult,
} from "kysely";

/** What Kysely must know of a kind of database. */
export type SqlFlavour = {
  readonly adapter: DialectAdapter;
  readonly compiler: QueryCompiler;
  readonly introspector: (db: Kysely<unknown>) => DatabaseIntrospector;
};

/** Runs one statement; several may be under way at once, and are answered in their order. */
export type RunStatement = <R>(query: CompiledQuery) => Promise<QueryResult<R>>;

/** Kysely on what runs statements on one connection, whose caller begins and ends transactions. */
export function kyselyOnConnection<Tables>(flavour: SqlFlavour, run: RunStatement): Kysely<Tables> {
  const connection: DatabaseConnection = {
    executeQuery: run,
    streamQuery: () => {
      throw new Error("Streaming is not used: every query is bounded.");
    },
  };
  const driver: Driver = {
    init: nothing,
    acquireConnection: async () => connection,
    releaseConnection: nothing,
    beginTransaction: nothing,
    commitTransaction: nothing,
    rollbackTransaction: nothing,
    destroy: nothing,
  };
  const executor = new OneConnection(flavour, connection);
  const dialect = {
    createAdapter: () => flavour.adapter,
    createIntrospector: flavour.introspector,
    createQueryCompiler: () => flavour.compiler,
    createDriver: () => driver,
  };
  return new Kysely<Tables>({ config: { dialect }, driver, executor, dialect });
}

/**
 * Asks the connection at once: a pool's acquiring and releasing costs more than most questions, and
 * would hold statements back that can travel together.
 */
class OneConnection extends DefaultQueryExecutor {
  readonly #connection: DatabaseConnection;

  constructor({ adapter, compiler }: SqlFlavour, connection: DatabaseConnection) {
    const provider: ConnectionProvider = {
      provideConnection: async (consumer) => consumer(connection),
    };
    super(compiler, adapter, provider);
    this.#connection = connection;
  }

  override async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#connection.executeQuery<R>(query);
  }
}

async function nothing(): Promise<void> {
  // Transactions are the caller's, and the connection is never given back.
}
