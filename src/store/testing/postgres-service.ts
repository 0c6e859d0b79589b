import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import type { DatabaseService } from "./database-service.ts";
import { serverAt, urlOf } from "./server-at.ts";
import {
  findProgram,
  runAsServer,
  serverFolder,
  startServer,
  versionFolders,
  type Durability,
  type ServerProcess,
} from "./server-process.ts";

const FOLDERS = versionFolders("/usr/lib/postgresql", "bin");
const READY = /ready to accept connections/;

export type PostgresService = DatabaseService & {
  /** A URL for the superuser, or another user. */
  readonly url: (user?: string, database?: string) => string;
  readonly query: (text: string, values?: readonly unknown[]) => Promise<readonly object[]>;
};

export const isPostgresInstalled = findProgram("initdb", FOLDERS) !== undefined;

/** Makes and starts a server that listens on a socket in a folder of its own. */
export async function startPostgres(durability: Durability = "memory"): Promise<PostgresService> {
  const folder = serverFolder("postgres", durability);
  const data = join(folder, "data");
  const making = ["-D", data, "-U", "orchestra", "--auth=trust", "--encoding=UTF8", "--locale=C"];
  await runAsServer(programNamed("initdb"), [...making, "--no-sync"]);
  // One user needs a password.
  const rights = join(data, "pg_hba.conf");
  writeFileSync(rights, `local all secured scram-sha-256\n${readFileSync(rights, "utf8")}`);
  let process: ServerProcess | undefined;
  const start = async (): Promise<void> => {
    const fsync = durability === "disk" ? "fsync=on" : "fsync=off";
    const settings = [fsync, "listen_addresses=", `unix_socket_directories=${folder}`];
    const options = settings.flatMap((setting) => ["-c", setting]);
    process = await startServer(programNamed("postgres"), ["-D", data, ...options], {
      folder,
      readyLine: READY,
    });
  };
  await start();
  const url = (user = "orchestra", database = "postgres"): string =>
    `postgres:///${database}?host=${folder}&user=${user}`;
  const query: PostgresService["query"] = async (text, values = []) => {
    const client = new pg.Client(url());
    await client.connect();
    try {
      const { rows } = await client.query<object>(text, [...values]);
      return rows;
    } finally {
      await client.end();
    }
  };
  let schemas = 0;
  return {
    url,
    query,
    start,
    ...connections(folder, query),
    crash: async () => process?.kill("SIGQUIT"),
    newBlackboard: async () => {
      const schema = `blackboard_${(schemas += 1)}`;
      await query(`create schema ${schema}`);
      return serverAt(`${url()}&schema=${schema}`);
    },
    [Symbol.asyncDispose]: async () => {
      await process?.kill("SIGQUIT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Query = PostgresService["query"];

/** Where the server's clients look for its socket. */
function socketIn(folder: string): string {
  return join(folder, ".s.PGSQL.5432");
}

function connections(folder: string, query: Query) {
  const ofStores = "application_name = 'orchestra'";
  return {
    socket: socketIn(folder),
    socketIn,
    through: (location, other) => {
      const url = new URL(urlOf(location));
      url.searchParams.set("host", other);
      return serverAt(url.href);
    },
    // The transaction's end is a part of what writes it.
    commitMarks: ["cut here"],
    session: async (location) => {
      const client = new pg.Client(location.url);
      // It may be ended from outside.
      client.on("error", () => undefined);
      await client.connect();
      await client.query(`set search_path = ${location.schema}; set deadlock_timeout = '1min'`);
      return {
        query: async (text) => (await client.query<Record<string, unknown>>(text)).rows,
        close: async () => client.end(),
      };
    },
    waiting: async () => (await query("select from pg_locks where not granted")).length,
    disconnect: async (which) => {
      const those = which === "all" ? ofStores : `${ofStores} and wait_event_type = 'Lock'`;
      await query(`select pg_terminate_backend(pid) from pg_stat_activity where ${those}`);
    },
  } satisfies Partial<DatabaseService>;
}

function programNamed(name: string): string {
  return findProgram(name, FOLDERS) ?? name;
}
