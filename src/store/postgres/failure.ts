import { OrchestraError, type ErrorCode } from "../../core/errors.ts";
import type { FailureKind } from "../server/database-server.ts";
import { passwordsIn, type ServerLocation } from "../../config/store-location.ts";
import { causeInWords } from "../cause-in-words.ts";
import { withoutUsage } from "./use-schema.ts";

/** SQLSTATEs, whole or by class, and codes of the network. */
const CONFLICT = ["40001", "40P01"];
const LOST =
  "57P01 57P02 57P03 57P05 25P03 08 ECONNRESET ECONNREFUSED ECONNABORTED EPIPE ETIMEDOUT ENOENT ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH".split(
    " ",
  );
/** The driver has no codes for what it says itself. */
const LOST_IN_WORDS =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|Query read timeout|timeout expired)/;

export function postgresFailure(error: unknown): FailureKind {
  if (!(error instanceof Error) || error instanceof OrchestraError) return "final";
  const code = codeOf(error);
  if (CONFLICT.includes(code)) return "conflict";
  if (isOfFile(error)) return "final";
  const isLost = LOST.some(
    (known) => code === known || (known.length === 2 && isState(code, known)),
  );
  return isLost || LOST_IN_WORDS.test(error.message) ? "lost" : "final";
}

/** What a failure means to a person; any other error is a bug and stays as it is. */
export function explainPostgres(error: unknown, location: ServerLocation): unknown {
  if (!(error instanceof Error) || error instanceof OrchestraError) return error;
  const known = EXPLANATIONS[codeOf(error)];
  if (known) return explanation(known, location, error);
  if (postgresFailure(error) === "lost") return explanation(UNREACHABLE, location, error);
  return error;
}

/** For whatever keeps a first connection from being made. */
export function explainConnecting(error: unknown, location: ServerLocation): unknown {
  if (postgresFailure(error) !== "final") return error;
  const explained = explainPostgres(error, location);
  if (explained !== error || error instanceof OrchestraError) return explained;
  return explanation(unusable(error), location, error);
}

type Explanation = { readonly code: ErrorCode; readonly words: (place: ServerLocation) => string };

function explanation({ code, words }: Explanation, location: ServerLocation, cause: unknown) {
  return new OrchestraError(code, words(location), { cause });
}

function unavailable(words: string): Explanation {
  return { code: "STORE_UNAVAILABLE", words: ({ place }) => `${place} ${words}` };
}

/** The driver's own words: the server may be none of PostgreSQL, or want what we do not offer. */
function unusable(error: unknown): Explanation {
  return {
    code: "STORE_UNAVAILABLE",
    words: (location) =>
      `${location.place} cannot be used as a store: ${causeInWords(error, passwordsIn(location))}. Correct the store's URL, which must name a PostgreSQL server, or what that server allows.`,
  };
}

const UNREACHABLE = unavailable(
  "cannot be reached. Start the database server, or correct the store's URL.",
);
const FOREIGN = unavailable(
  "holds tables of something else under names that the blackboard needs. Nothing was changed. Use a database or a schema of its own: ?schema=orchestra",
);

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  "28P01": unavailable(
    "refuses the password. Correct it in the store's URL, in PGPASSWORD or in ~/.pgpass.",
  ),
  "28000": unavailable(
    "does not let this user in from here. Correct the store's URL, or the server's pg_hba.conf.",
  ),
  "3D000": unavailable("does not exist: the server has no such database. Create it: createdb NAME"),
  // The right was taken away since the connection was made.
  "3F000": { code: "READ_ONLY", words: withoutUsage },
  "42501": {
    code: "READ_ONLY",
    words: ({ place, schema = "public" }) =>
      `${place} does not let this user make, read or change tables. Let its owner say: grant usage, create on schema ${schema} to USER; grant select, insert, update, delete on all tables in schema ${schema} to USER`,
  },
  "25006": {
    code: "READ_ONLY",
    words: ({ place }) =>
      `${place} can only be read; it may be a replica. Name the primary server.`,
  },
  // A table is there already, or lacks our columns.
  "42P07": FOREIGN,
  "42703": FOREIGN,
  "42P01": unavailable("lacks tables of the blackboard. Restore them from a backup."),
  "53100": {
    code: "NO_SPACE",
    words: ({ place }) =>
      `${place} has no space left on its disk. Nothing was changed; free some space and try again.`,
  },
  "53300": unavailable("has no connection left for us. Raise max_connections, or try again."),
  "55P03": unavailable("is busy: another process has held the blackboard for 30 s. Try again."),
  "57014": unavailable("was told to give up on what took too long. Try again."),
};

/** A certificate that the URL names; of a socket, it is `connect` that finds none. */
function isOfFile(error: Error): boolean {
  return "syscall" in error && error.syscall === "open";
}

function isState(code: string, classOfStates: string): boolean {
  return code.length === 5 && code.startsWith(classOfStates);
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}
