import type { ServerLocation } from "../../config/store-location.ts";

/** A database server of the test's own, which may be killed. */
export type DatabaseService = {
  /** The location of a blackboard that is not there yet. */
  readonly newBlackboard: () => Promise<ServerLocation>;
  /** The same blackboard, reached through another socket. */
  readonly through: (location: ServerLocation, folder: string) => ServerLocation;
  /** The server's own socket, and the one that `through` has clients look for. */
  readonly socket: string;
  readonly socketIn: (folder: string) => string;
  /** What only the last part of a transaction sends, in this order. */
  readonly commitMarks: readonly string[];
  /** A connection by hand. */
  readonly session: (location: ServerLocation) => Promise<Session>;
  /** How many connections wait for a lock that another has. */
  readonly waiting: () => Promise<number>;
  /** Ends the connections of stores; only those that wait, or all. */
  readonly disconnect: (which: "waiting" | "all") => Promise<void>;
  /** Takes the server away without warning. */
  readonly crash: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

export type Session = {
  readonly query: (text: string) => Promise<readonly Record<string, unknown>[]>;
  readonly close: () => Promise<void>;
};
