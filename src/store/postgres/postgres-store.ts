import type { Store, StoreReader } from "../store.ts";
import type { ServerLocation } from "../../config/store-location.ts";
import { openServerReader, openServerStore, SYSTEM_PACING } from "../server/server-store.ts";
import { postgresServer } from "./postgres-server.ts";

/** The blackboard in a PostgreSQL database, for teams and several hosts. */
export async function openPostgresStore(
  location: ServerLocation,
  pacing = SYSTEM_PACING,
): Promise<Store> {
  return openServerStore(postgresServer(location), pacing);
}

/** The same for commands that only look; `undefined` when there is none yet. */
export async function openPostgresReader(
  location: ServerLocation,
  pacing = SYSTEM_PACING,
): Promise<StoreReader | undefined> {
  return openServerReader(postgresServer(location), pacing);
}
