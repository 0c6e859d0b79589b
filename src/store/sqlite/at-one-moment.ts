import type { Kysely } from "kysely";
import { OrchestraError } from "../../core/errors.ts";
import type { Database } from "../sql/schema.ts";
import { kyselyOnNodeSqlite } from "./node-sqlite.ts";
import { openForReading } from "./open-sqlite.ts";

/** Has `work` read what is kept in `file` as it is now; who writes meanwhile does not wait. */
export async function atOneMoment<T>(
  file: string,
  work: (db: Kysely<Database>) => Promise<T>,
): Promise<T> {
  const connection = openForReading(file);
  if (!connection) throw new OrchestraError("STORE_UNAVAILABLE", `${file} has just gone.`);
  try {
    // The moment comes with the first question, and stays until the connection is closed.
    connection.exec("begin");
    return await work(kyselyOnNodeSqlite<Database>(connection, file));
  } finally {
    connection.close();
  }
}
