import { OrchestraError } from "../../core/errors.ts";
import type { DatabaseServer, ServerConnection } from "./database-server.ts";
import type { RunStatement } from "../sql/kysely-on-connection.ts";

/** The way to the server: one connection at a time, made when it is needed, and anew when it is lost. */
export type Link = {
  /** The connection that works; safe to ask for by many at once. Rejects once the link is closed. */
  readonly ready: () => Promise<ServerConnection>;
  /** Runs a statement on the connection that there is; never makes one, as a transaction may be lost. */
  readonly run: RunStatement;
  /**
   * Gives up the connection that there is, or `lost` if that is it still: it was lost, or nobody knows
   * what state it is in.
   */
  readonly drop: (lost?: ServerConnection) => Promise<void>;
  readonly close: () => Promise<void>;
};

export function createLink(server: Pick<DatabaseServer, "connect">): Link {
  let connection: ServerConnection | undefined;
  let connecting: Promise<ServerConnection> | undefined;
  let isClosed = false;
  const connect = async (): Promise<ServerConnection> => {
    try {
      connection = await server.connect();
      return connection;
    } finally {
      connecting = undefined;
    }
  };
  return {
    ready: async () => {
      if (connection?.isUsable()) return connection;
      // Whoever still asks has just lost his to the closing; another one would keep the process alive.
      if (isClosed) throw new OrchestraError("STORE_UNAVAILABLE", "The blackboard was closed.");
      connecting ??= connect();
      return connecting;
    },
    run: async (query) => {
      if (!connection) throw new Error("A statement came before its connection.");
      return connection.run(query);
    },
    drop: async (lost = connection) => {
      if (lost !== connection) return;
      const dropped = connection;
      connection = undefined;
      await dropped?.close();
    },
    close: async () => {
      isClosed = true;
      // One that is being made is waited for, or it would keep the process alive.
      await connecting?.catch(() => undefined);
      await connection?.close();
      connection = undefined;
    },
  };
}
