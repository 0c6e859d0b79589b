import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import type { DatabaseService } from "./database-service.ts";
import { serverAt, urlOf } from "./server-at.ts";
import {
  findProgram,
  runAsServer,
  serverFolder,
  startServer,
  type Durability,
  type ServerProcess,
} from "./server-process.ts";

const FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"];
const READY = /ready for connections/;
/** How long the server shows the same list of transactions to who asks all the time. */
const TRANSACTIONS_KEPT_MS = 150;

export type MariadbService = DatabaseService & {
  readonly url: (user?: string, database?: string) => string;
  readonly query: (text: string, values?: readonly unknown[]) => Promise<readonly object[]>;
};

export const isMariadbInstalled = findProgram("mariadbd", FOLDERS) !== undefined;

/** Makes and starts a server that listens on a socket in a folder of its own. */
export async function startMariadb(durability: Durability = "memory"): Promise<MariadbService> {
  const folder = serverFolder("mariadb", durability);
  const [data, socket] = [join(folder, "data"), join(folder, "socket")];
  await runAsServer("mariadb-install-db", [
    "--no-defaults",
    `--datadir=${data}`,
    "--auth-root-authentication-method=normal",
    "--skip-test-db",
  ]);
  let process: ServerProcess | undefined;
  const start = async (): Promise<void> => {
    const settings = [
      "skip-networking",
      `socket=${socket}`,
      `datadir=${data}`,
      `pid-file=${socket}.pid`,
    ];
    const flush = durability === "disk" ? 1 : 0;
    const light = [`innodb-flush-log-at-trx-commit=${flush}`, "innodb-buffer-pool-size=64M"];
    const options = [...settings, ...light].map((setting) => `--${setting}`);
    const program = findProgram("mariadbd", FOLDERS) ?? "mariadbd";
    process = await startServer(program, ["--no-defaults", ...options], {
      folder,
      readyLine: READY,
    });
  };
  await start();
  const url = (user = "root", database = "mysql"): string =>
    `mysql://${user}@localhost/${database}?socketPath=${socket}`;
  const query: MariadbService["query"] = async (text, values = []) => {
    const connection = await createConnection(url());
    try {
      const [rows] = await connection.query(text, [...values]);
      return Array.isArray(rows) ? rows : [];
    } finally {
      await connection.end();
    }
  };
  let databases = 0;
  return {
    url,
    query,
    start,
    ...connections(folder, query),
    crash: async () => process?.kill("SIGKILL"),
    newBlackboard: async () => {
      const database = `blackboard_${(databases += 1)}`;
      await query(`create database ${database}`);
      return serverAt(url("root", database));
    },
    [Symbol.asyncDispose]: async () => {
      await process?.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Query = MariadbService["query"];

/** Where the server's clients look for its socket. */
function socketIn(folder: string): string {
  return join(folder, "socket");
}

function connections(folder: string, query: Query) {
  return {
    socket: socketIn(folder),
    socketIn,
    through: (location, other) => {
      const url = new URL(urlOf(location));
      url.searchParams.set("socketPath", socketIn(other));
      return serverAt(url.href);
    },
    commitMarks: ["cut here", "commit"],
    session: async ({ url }) => {
      const connection = await createConnection(url);
      connection.on("error", () => undefined);
      return {
        query: async (text) => {
          const [rows] = await connection.query<RowDataPacket[]>(text);
          return Array.isArray(rows) ? rows : [];
        },
        close: async () => connection.end(),
      };
    },
    waiting: async () => {
      // The server looks again only for who has not asked for a tenth of a second.
      await setTimeout(TRANSACTIONS_KEPT_MS);
      const waits = "select 1 from information_schema.innodb_trx where trx_state = 'LOCK WAIT'";
      return (await query(waits)).length;
    },
    disconnect: async (which) => {
      const connected = await query(
        which === "all"
          ? "select id from information_schema.processlist where db like 'blackboard%'"
          : "select trx_mysql_thread_id as id from information_schema.innodb_trx where trx_state = 'LOCK WAIT'",
      );
      for (const row of connected) {
        // One may be gone by now.
        if ("id" in row) await query(`kill ${String(row.id)}`).catch(() => undefined);
      }
    },
  } satisfies Partial<DatabaseService>;
}
