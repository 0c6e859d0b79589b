import {
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  type CompiledQuery,
  type QueryResult,
} from "kysely";
import { createConnection, type Connection } from "mysql2/promise";
import {
  ANSWER_TIMEOUT_MS,
  CONNECT_TIMEOUT_MS,
  part,
  STATEMENTS_MAX,
} from "../server/connection-limits.ts";
import type { ServerConnection } from "../server/database-server.ts";
import type { SqlFlavour } from "../sql/kysely-on-connection.ts";
import type { ServerLocation } from "../../config/store-location.ts";

export const MYSQL_FLAVOUR: SqlFlavour = {
  adapter: new MysqlAdapter(),
  compiler: new MysqlQueryCompiler(),
  introspector: (db) => new MysqlIntrospector(db),
};

// A process that was frozen with the lock in its hands loses it after `wait_timeout`, and every
// connection that is idle goes with it: it is made anew when it is needed.
const SESSION = [
  "set session transaction isolation level read committed",
  "set session sql_mode = 'TRADITIONAL', innodb_lock_wait_timeout = 40, wait_timeout = 20",
];

export async function connectMysql({ url }: ServerLocation): Promise<ServerConnection> {
  const connection = await createConnection({
    uri: url,
    connectTimeout: CONNECT_TIMEOUT_MS,
    charset: "utf8mb4",
    maxPreparedStatements: STATEMENTS_MAX,
    // Texts are kept as bytes for the sake of comparing; all are UTF-8.
    typeCast: (field, next) =>
      field.type === "VAR_STRING" || field.type === "BLOB" ? field.string("utf8") : next(),
  });
  let isUsable = true;
  const lose = (): void => {
    isUsable = false;
  };
  connection.on("error", lose).on("end", lose);
  try {
    for (const sql of SESSION) await connection.query({ sql, timeout: ANSWER_TIMEOUT_MS });
  } catch (error) {
    connection.destroy();
    throw error;
  }
  return {
    run: async (query) => run(connection, query),
    isUsable: () => isUsable,
    close: async () => {
      lose();
      await part(connection.end(), () => connection.destroy());
    },
  };
}

async function run<R>(
  connection: Connection,
  { sql, parameters }: CompiledQuery,
): Promise<QueryResult<R>> {
  const values = [...parameters];
  const options = { sql, timeout: ANSWER_TIMEOUT_MS };
  // What has no values is not worth preparing, and some of it cannot be.
  const [result] = await (values.length === 0
    ? connection.query(options)
    : connection.execute({ ...options, values }));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Kysely has checked the query.
  if (Array.isArray(result)) return { rows: result as R[] };
  return { rows: [], numAffectedRows: BigInt(result.affectedRows) };
}
