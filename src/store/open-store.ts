import type { Store, StoreReader } from "./store.ts";
import type { StoreLocation } from "../config/store-location.ts";

// What is not used is not loaded: most projects keep their blackboard in SQLite.

/** Opens the blackboard for work; makes it, or brings it up to date, if need be. */
export async function openStore(location: StoreLocation): Promise<Store> {
  switch (location.kind) {
    case "sqlite":
      return (await import("./sqlite/sqlite-store.ts")).openSqliteStore(location.file);
    case "files":
      return (await import("./files/files-store.ts")).openFilesStore(location.folder);
    case "memory":
      return (await import("./memory/memory-store.ts")).openMemoryStore();
    case "postgres":
      return (await import("./postgres/postgres-store.ts")).openPostgresStore(location);
    case "mysql":
      return (await import("./mysql/mysql-store.ts")).openMysqlStore(location);
  }
}

/** Opens it for commands that only look; `undefined` when there is none yet. */
export async function openStoreReader(location: StoreLocation): Promise<StoreReader | undefined> {
  switch (location.kind) {
    case "sqlite":
      return (await import("./sqlite/sqlite-store.ts")).openSqliteReader(location.file);
    case "files":
      return (await import("./files/files-store.ts")).openFilesReader(location.folder);
    case "memory":
      // Whatever another process had in its memory is gone with it.
      return undefined;
    case "postgres":
      return (await import("./postgres/postgres-store.ts")).openPostgresReader(location);
    case "mysql":
      return (await import("./mysql/mysql-store.ts")).openMysqlReader(location);
  }
}
