import * as z from "zod";

/** The layout of history files that this program writes; a newer one is refused. */
export const FORMAT_VERSION = 1;

/** The first line, which says what the file is. */
export const headerShape = z.object({
  orchestra: z.literal("history"),
  version: z.number(),
  /** The program that wrote it. */
  program: z.string(),
  exportedAtMs: z.number(),
});

/** The last line, by which a file that was cut or changed is known. */
export const trailerShape = z.strictObject({
  orchestra: z.literal("end"),
  runs: z.number(),
  events: z.number(),
  /** Of all bytes before this line. */
  sha256: z.string(),
});

export type HistoryHeader = Omit<z.infer<typeof headerShape>, "orchestra" | "version">;
/** How much a file holds. */
export type HistoryCounts = { readonly runs: number; readonly events: number };

/** The extension of a file that is written compressed. */
export const COMPRESSED = ".gz";
