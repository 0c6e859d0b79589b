import { realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import type { DatabaseService } from "./database-service.ts";
import { serverAt, urlOf } from "./server-at.ts";
import {
  findProgram,
  findPrograms,
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

/** One of the servers that speak MySQL. */
export type MysqlMake = {
  readonly name: "MariaDB" | "MySQL";
  /** Where its program is, if it is installed. */
  readonly program: string | undefined;
  /** Makes its files in a folder that is not there yet. */
  readonly makeFiles: (program: string, folder: string) => Promise<void>;
  readonly settings: readonly string[];
};

export const MARIADB: MysqlMake = {
  name: "MariaDB",
  program: findProgram("mariadbd", FOLDERS),
  makeFiles: async (_program, folder) =>
    runAsServer("mariadb-install-db", [
      "--no-defaults",
      `--datadir=${folder}`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
    ]),
  settings: [],
};

/** Only under a name of its own: where MariaDB is installed, `mysqld` may be a link to it. */
export const MYSQL: MysqlMake = {
  name: "MySQL",
  program: findPrograms("mysqld", FOLDERS).find((file) => !realpathSync(file).includes("mariadb")),
  makeFiles: async (program, folder) =>
    runAsServer(program, ["--no-defaults", "--initialize-insecure", `--datadir=${folder}`]),
  settings: ["mysqlx=off", "secure-file-priv=", "skip-log-bin"],
};

export const MYSQL_MAKES = [MARIADB, MYSQL] as const;

/** Whether tests of it are left out: it is not installed, and this is no machine that has to have it. */
export function isLeftOut({ name, program }: MysqlMake): boolean {
  // oxlint-disable-next-line node/no-process-env -- Tests ask where they run.
  return program === undefined && !(name === "MariaDB" && process.env["CI"]);
}

/** Its name, for the title of its tests, with the reason when they are left out. */
export function titleOf(make: MysqlMake): string {
  return isLeftOut(make) ? `${make.name}, which is not installed` : make.name;
}

export type MysqlService = DatabaseService & {
  readonly url: (user?: string, database?: string) => string;
  readonly query: (text: string, values?: readonly unknown[]) => Promise<readonly object[]>;
};

/** Makes and starts a server that listens on a socket in a folder of its own. */
export async function startMysql(
  make: MysqlMake,
  durability: Durability = "memory",
): Promise<MysqlService> {
  const program = make.program ?? "mysqld";
  const folder = serverFolder(make.name.toLowerCase(), durability);
  const [data, socket] = [join(folder, "data"), join(folder, "socket")];
  await make.makeFiles(program, data);
  let server: ServerProcess | undefined;
  const start = async (): Promise<void> => {
    const settings = [
      "skip-networking",
      `socket=${socket}`,
      `datadir=${data}`,
      `pid-file=${socket}.pid`,
    ];
    const flush = durability === "disk" ? 1 : 2;
    const light = [`innodb-flush-log-at-trx-commit=${flush}`, "innodb-buffer-pool-size=64M"];
    const options = [...settings, ...light, ...make.settings].map((setting) => `--${setting}`);
    server = await startServer(program, ["--no-defaults", ...options], {
      folder,
      readyLine: READY,
    });
  };
  await start();
  const url = (user = "root", database = "mysql"): string =>
    `mysql://${user}@localhost/${database}?socketPath=${socket}`;
  const query: MysqlService["query"] = async (text, values = []) => {
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
    crash: async () => server?.kill("SIGKILL"),
    newBlackboard: async () => {
      const database = `blackboard_${(databases += 1)}`;
      await query(`create database ${database}`);
      return serverAt(url("root", database));
    },
    [Symbol.asyncDispose]: async () => {
      await server?.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Query = MysqlService["query"];

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
