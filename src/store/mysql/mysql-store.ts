import type { Store, StoreReader } from "../store.ts";
import type { ServerLocation } from "../../config/store-location.ts";
import { openServerReader, openServerStore, SYSTEM_PACING } from "../server/server-store.ts";
import { mysqlServer } from "./mysql-server.ts";

/** The blackboard in a MySQL or MariaDB database. */
export async function openMysqlStore(
  location: ServerLocation,
  pacing = SYSTEM_PACING,
): Promise<Store> {
  return openServerStore(mysqlServer(location), pacing);
}

/** The same for commands that only look; `undefined` when there is none yet. */
export async function openMysqlReader(
  location: ServerLocation,
  pacing = SYSTEM_PACING,
): Promise<StoreReader | undefined> {
  return openServerReader(mysqlServer(location), pacing);
}
