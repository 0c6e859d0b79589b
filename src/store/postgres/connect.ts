import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
  type QueryResult,
} from "kysely";
import pg from "pg";
import {
  ANSWER_TIMEOUT_MS,
  CONNECT_TIMEOUT_MS,
  part,
  STATEMENTS_MAX,
} from "../server/connection-limits.ts";
import type { ServerConnection } from "../server/database-server.ts";
import type { SqlFlavour } from "../sql/kysely-on-connection.ts";
import type { ServerLocation } from "../../config/store-location.ts";
import { useSchema } from "./use-schema.ts";

export const POSTGRES_FLAVOUR: SqlFlavour = {
  adapter: new PostgresAdapter(),
  compiler: new PostgresQueryCompiler(),
  introspector: (db) => new PostgresIntrospector(db),
};

const SESSION = `
  set idle_in_transaction_session_timeout = '15s';
  set lock_timeout = '30s';
  set default_transaction_isolation = 'read committed';
  -- What was committed must survive any crash; a setting that promises even more stays.
  select set_config('synchronous_commit', 'on', false)
    where current_setting('synchronous_commit') in ('off', 'local');
  -- Every statement finds its rows by an index. A plan that was made while the tables were small
  -- must not go on reading them whole, and none is worth making anew for other values.
  set plan_cache_mode = force_generic_plan;
  set enable_seqscan = off;
  set enable_hashjoin = off;
  set enable_mergejoin = off;
  set jit = off`;

const types: pg.CustomTypesConfig = {
  getTypeParser: (...[oid, format]: Parameters<typeof pg.types.getTypeParser>) =>
    // Counts and times of ours are far below what a number holds exactly.
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format),
};

/** A connection on which statements are sent without waiting for the answers before. */
export async function connectPostgres(location: ServerLocation): Promise<ServerConnection> {
  const client = newClient(location);
  let isUsable = true;
  const lose = (): void => {
    isUsable = false;
  };
  // Without a listener, a connection that is lost while nobody asks would end the process.
  client.on("error", lose).on("end", lose);
  const leave = async (): Promise<void> =>
    part(client.end(), () => client.connection.stream.destroy());
  try {
    await client.connect();
    await client.query(SESSION);
    await useSchema(client, location);
  } catch (error) {
    lose();
    await leave();
    throw error;
  }
  const names = new Map<string, string>();
  return {
    run: async (query) => run(client, names, query),
    isUsable: () => isUsable,
    close: async () => {
      lose();
      await leave();
    },
    onNotice: (listener) => {
      client.on("notification", ({ payload }) => listener(payload ?? ""));
    },
  };
}

function newClient({ url }: ServerLocation): pg.Client {
  return new pg.Client({
    connectionString: url,
    application_name: "orchestra",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    pipeline: true,
    types,
  });
}

async function run<R>(
  client: pg.Client,
  names: Map<string, string>,
  { sql, parameters }: CompiledQuery,
): Promise<QueryResult<R>> {
  const name = nameOf(names, sql);
  const config = {
    text: sql,
    values: parameters.map(storable),
    ...(name !== undefined && { name }),
  };
  const result = await client.query(config);
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Kysely has checked the query.
    rows: result.rows as R[],
    ...(result.rowCount !== null && { numAffectedRows: BigInt(result.rowCount) }),
  };
}

/** PostgreSQL takes no NUL. No id holds one, and JSON writes it in other characters. */
function storable(value: unknown): unknown {
  return typeof value === "string" && value.includes("\0")
    ? value.replaceAll("\0", "\uFFFD")
    : value;
}

function nameOf(names: Map<string, string>, sql: string): string | undefined {
  const known = names.get(sql);
  if (known !== undefined || names.size >= STATEMENTS_MAX) return known;
  const name = `o${names.size}`;
  names.set(sql, name);
  return name;
}
