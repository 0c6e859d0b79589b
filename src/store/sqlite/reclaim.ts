import type { DatabaseSync } from "node:sqlite";
import { storeError } from "./store-error.ts";

/** Less unused space than this part of the file is left for what comes next. */
const UNUSED_MIN = 1 / 4;

/**
 * Gives the pages that are not used back to the disk. That writes the whole file anew, some 100 MB a
 * second, and who wants to write waits; so only when it is worth it.
 */
export function reclaimPages(writer: DatabaseSync, file: string): void {
  try {
    const unused = pragma(writer, "freelist_count") / pragma(writer, "page_count");
    if (unused < UNUSED_MIN) return;
    // The new file goes through the log, which would else stay as large.
    writer.exec("vacuum; pragma wal_checkpoint(truncate)");
  } catch (error) {
    throw storeError(error, file);
  }
}

function pragma(database: DatabaseSync, name: "freelist_count" | "page_count"): number {
  return Number(database.prepare(`pragma ${name}`).get()?.[name]);
}
