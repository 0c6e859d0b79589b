import type { StoreLocation } from "../../config/store-location.ts";
import { OrchestraError } from "../../core/errors.ts";
import { historyOf } from "../event-pages.ts";
import type { History } from "../history.ts";
import { openStoreReader } from "../open-store.ts";
import { checkHistory, historyIn, wrong } from "./read-history.ts";
import { beginsWith } from "./read-lines.ts";
import { isSpecial, SPECIAL } from "./special-file.ts";

const SQLITE_MAGIC = Buffer.from("SQLite format 3\0");

/** A history to take over: a file that was exported or backed up, or another store. */
export type Source =
  | { readonly kind: "file"; readonly file: string }
  | { readonly kind: "store"; readonly location: StoreLocation };

/**
 * Has `work` take over the history that the source holds. A file is read to its end before, so that
 * one that is cut, changed or none at all is refused before anything is begun.
 */
export async function withHistory<T>(
  source: Source,
  work: (history: History) => Promise<T>,
): Promise<T> {
  refuseSpecial(source);
  if (source.kind === "store") return withStore(source.location, work);
  const { file } = source;
  if (await isSqlite(file)) return withStore({ kind: "sqlite", file }, work);
  await checkHistory(file);
  return work(historyIn(file));
}

function refuseSpecial(source: Source): void {
  const place = source.kind === "file" ? source : source.location;
  if ("file" in place && isSpecial(place.file)) throw wrong(place.file, SPECIAL);
}

async function withStore<T>(
  location: StoreLocation,
  work: (history: History) => Promise<T>,
): Promise<T> {
  const reader = await openStoreReader(location);
  if (!reader) throw new OrchestraError("INVALID_FILE", `${nameOf(location)} holds no blackboard.`);
  try {
    return await reader.snapshot(async (moment) => work(historyOf(moment)));
  } finally {
    await reader.close();
  }
}

/** What cannot be read is told when it is read as a history. */
async function isSqlite(file: string): Promise<boolean> {
  return beginsWith(file, SQLITE_MAGIC).catch(() => false);
}

function nameOf(location: StoreLocation): string {
  switch (location.kind) {
    case "sqlite":
      return location.file;
    case "files":
      return location.folder;
    case "memory":
      return "Another process's memory";
    case "postgres":
    case "mysql":
      return location.place;
  }
}
