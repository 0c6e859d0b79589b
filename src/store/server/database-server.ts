import type { Kysely } from "kysely";
import type { Database } from "../sql/schema.ts";
import type { RunStatement, SqlFlavour } from "../sql/kysely-on-connection.ts";
import type { Writes } from "../sql/deciding/writes.ts";

export type Db = Kysely<Database>;

/**
 * What a kind of database server answers for a blackboard to be kept on it. One row of the table
 * `blackboard` is locked first by every transaction that writes: so they come one after another,
 * cannot deadlock, and its version tells whether anything was written since it was last looked at.
 */
export type DatabaseServer = {
  /** Where the blackboard is, for messages; never with a password. */
  readonly place: string;
  readonly flavour: SqlFlavour;
  /** A new connection, ready for use. */
  readonly connect: () => Promise<ServerConnection>;
  /** The schema's version; `undefined` when there is no blackboard yet. */
  readonly schemaVersion: (db: Db) => Promise<number | undefined>;
  readonly schemaVersionKnown: number;
  /** Makes the tables or brings them up to date; safe for many at once, all or nothing. */
  readonly migrate: (db: Db) => Promise<void>;
  /**
   * Keeps all that a batch changes in one statement, if the version is still this one, and raises it;
   * `false` when it did nothing. Missing where the database has no such statement.
   */
  readonly keep?: (db: Db, writes: Writes, version: number) => Promise<boolean>;
  readonly begin: (db: Db) => Promise<unknown>;
  /** Begins to read: all that is asked next is answered as it is at this moment. */
  readonly beginMoment: (db: Db) => Promise<unknown>;
  /** Waits for the lock on the blackboard, and returns its version before this transaction. */
  readonly lock: (db: Db) => Promise<number>;
  readonly write: (db: Db, writes: Writes) => Promise<unknown>;
  /**
   * Ends the transaction that holds the lock, with all that `write` does, and with the version raised
   * by one. Where a failed statement is no bar to a commit, this is.
   */
  readonly commit: (db: Db, write: (db: Db) => Promise<unknown>) => Promise<unknown>;
  readonly rollback: (db: Db) => Promise<unknown>;
  /** The version, without waiting for anybody. */
  readonly version: (db: Db) => Promise<number>;
  /** The server's own time, which is the same for every host. */
  readonly nowMs: (db: Db) => Promise<number>;
  /** Which setting lets a crash take what was committed, and how to mend it, for people. */
  readonly durabilityProblem: (db: Db) => Promise<string | undefined>;
  readonly failure: (error: unknown) => FailureKind;
  /** What a failure means to a person; any other error is a bug and stays as it is. */
  readonly explained: (error: unknown) => unknown;
  /** How others hear of commits at once; where it is missing, they look often. */
  readonly notices?: Notices;
};

export type FailureKind =
  /** The connection is gone; a new one may do. */
  | "lost"
  /** This transaction was sacrificed for another; the next try may do. */
  | "conflict"
  /** Another try ends the same. */
  | "final";

/** One connection, which does not come back when it is lost. */
export type ServerConnection = {
  readonly run: RunStatement;
  readonly isUsable: () => boolean;
  readonly close: () => Promise<void>;
  /** Called for every notice of another process, where the server sends any. */
  readonly onNotice?: (listener: (text: string) => void) => void;
};

export type Notices = {
  /** Has notices sent to the connection that this is asked on. */
  readonly listen: (db: Db) => Promise<unknown>;
  /** Tells all who listen, on whatever connection, of this version. */
  readonly send: (db: Db, version: number) => Promise<unknown>;
};
