import type { StoreLocation } from "../../config/store-location.ts";
import { historyOf } from "../event-pages.ts";
import type { StoreReader } from "../store.ts";
import { COMPRESSED, type HistoryCounts, type HistoryHeader } from "./format.ts";
import { writeHistory, writeWhole } from "./write-history.ts";

/** Writes all that a blackboard knows at this moment to a new file; others go on writing to it. */
export async function exportTo(
  file: string,
  reader: Pick<StoreReader, "snapshot">,
  header: HistoryHeader,
): Promise<HistoryCounts> {
  return reader.snapshot(async (moment) => writeHistory(file, header, historyOf(moment)));
}

/**
 * The same, to be restored from: as the database itself where that is a file, which is faster both
 * ways, and else, or when the name asks for compression, as an export.
 */
export async function backUpTo(
  file: string,
  reader: Pick<StoreReader, "snapshot">,
  { location, header }: { readonly location: StoreLocation; readonly header: HistoryHeader },
): Promise<"database" | "history"> {
  if (location.kind === "sqlite" && !file.endsWith(COMPRESSED)) {
    const { copySqlite } = await import("../sqlite/back-up.ts");
    await writeWhole(file, async (unseen) => copySqlite(location.file, unseen));
    return "database";
  }
  await exportTo(file, reader, header);
  return "history";
}
