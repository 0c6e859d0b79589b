import { OrchestraError, type ErrorCode } from "../../core/errors.ts";
import type { FailureKind } from "../server/database-server.ts";
import { passwordsIn, type ServerLocation } from "../../config/store-location.ts";
import { causeInWords } from "../cause-in-words.ts";

/** By number, because MySQL and MariaDB do not agree on names. */
const DEADLOCK = 1213;
/** MariaDB: the row was changed by another since it was read. */
const CHANGED = 1020;
const SERVER_SHUTDOWN = 1053;
const QUERY_INTERRUPTED = 1317;
const CONNECTION_KILLED = 1927;
const IDLE_TOO_LONG = 4031;
const CONFLICT = new Set([DEADLOCK, CHANGED]);
const LOST = new Set([SERVER_SHUTDOWN, QUERY_INTERRUPTED, CONNECTION_KILLED, IDLE_TOO_LONG]);

export function mysqlFailure(error: unknown): FailureKind {
  if (!(error instanceof Error) || error instanceof OrchestraError) return "final";
  const number = numberOf(error);
  if (CONFLICT.has(number)) return "conflict";
  if (LOST.has(number)) return "lost";
  if (EXPLANATIONS[number] || isRefusalOfTls(error)) return "final";
  // What the driver calls fatal has ended the connection: it was lost, or could not be made.
  const isFatal = "fatal" in error && error.fatal === true;
  return isFatal || isOfNetwork(error) ? "lost" : "final";
}

/** What a failure means to a person; any other error is a bug and stays as it is. */
export function explainMysql(error: unknown, { place }: ServerLocation): unknown {
  if (!(error instanceof Error) || error instanceof OrchestraError) return error;
  const known = EXPLANATIONS[numberOf(error)];
  const words = mysqlFailure(error) === "lost" ? UNREACHABLE : known?.words;
  if (words === undefined) return error;
  const code = known?.code ?? "STORE_UNAVAILABLE";
  return new OrchestraError(code, `${place} ${words}`, { cause: error });
}

/** For whatever keeps a first connection from being made. */
export function explainConnecting(error: unknown, location: ServerLocation): unknown {
  if (mysqlFailure(error) !== "final") return error;
  const explained = explainMysql(error, location);
  if (explained !== error || error instanceof OrchestraError) return explained;
  const words = causeInWords(error, passwordsIn(location));
  return new OrchestraError(
    "STORE_UNAVAILABLE",
    `${location.place} cannot be used as a store: ${words}. Correct the store's URL, which must name a MySQL or MariaDB server, or what that server allows.`,
    { cause: error },
  );
}

const UNREACHABLE = "cannot be reached. Start the database server, or correct the store's URL.";

type Explanation = { readonly code: ErrorCode; readonly words: string };

const REFUSED: Explanation = {
  code: "STORE_UNAVAILABLE",
  words: "refuses the user or the password. Correct them in the store's URL.",
};
const NO_RIGHTS: Explanation = {
  code: "READ_ONLY",
  words:
    "does not let this user make, read or change tables. Let its owner say: grant all on DATABASE.* to USER",
};
const ONLY_READ: Explanation = {
  code: "READ_ONLY",
  words: "can only be read; it may be a replica. Name the primary server.",
};
const FULL: Explanation = {
  code: "NO_SPACE",
  words: "has no space left on its disk. Nothing was changed; free some space and try again.",
};

const EXPLANATIONS: Readonly<Record<number, Explanation>> = {
  1045: REFUSED,
  1698: REFUSED,
  1044: {
    code: "STORE_UNAVAILABLE",
    words:
      "is no database that this user may use. Create it, or let its owner say: grant all on DATABASE.* to USER",
  },
  1049: {
    code: "STORE_UNAVAILABLE",
    words: "does not exist: the server has no such database. Create it: create database NAME",
  },
  1142: NO_RIGHTS,
  1143: NO_RIGHTS,
  1227: NO_RIGHTS,
  1290: ONLY_READ,
  1792: ONLY_READ,
  1836: ONLY_READ,
  1021: FULL,
  1114: FULL,
  1040: {
    code: "STORE_UNAVAILABLE",
    words: "has no connection left for us. Raise max_connections, or try again.",
  },
  // A table that has our name, and not our columns.
  1054: {
    code: "STORE_UNAVAILABLE",
    words:
      "holds a table of something else under the name of the blackboard. Nothing was changed. Use a database of its own.",
  },
  1130: {
    code: "STORE_UNAVAILABLE",
    words: "does not let this host in. Grant the user access from here.",
  },
  1146: {
    code: "STORE_UNAVAILABLE",
    words: "lacks tables of the blackboard. Restore them from a backup.",
  },
  1153: {
    code: "STORE_UNAVAILABLE",
    words: "takes less at once than was to be kept. Raise max_allowed_packet on the server.",
  },
  1205: {
    code: "STORE_UNAVAILABLE",
    words: "is busy: another process has held the blackboard for 40 s. Try again.",
  },
};

function numberOf(error: Error): number {
  return "errno" in error && typeof error.errno === "number" ? error.errno : 0;
}

/** No TLS, or a certificate that is not trusted. With a system call's name, the line was cut. */
function isRefusalOfTls(error: Error): boolean {
  const codes: readonly unknown[] = ["HANDSHAKE_NO_SSL_SUPPORT", "HANDSHAKE_SSL_ERROR"];
  return "code" in error && codes.includes(error.code) && !("syscall" in error);
}

/** Codes that begin with `ER_` are the server's own words. */
function isOfNetwork(error: Error): boolean {
  if (!("code" in error) || typeof error.code !== "string") return false;
  return /^(E(?!R_)[A-Z_]+$|PROTOCOL_)/.test(error.code);
}
