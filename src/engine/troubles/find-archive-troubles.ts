import { basename } from "node:path";
import { finishArchives, unfinishedArchives } from "../../store/archive/archive.ts";
import type { LookDeps, Trouble } from "./trouble.ts";

/** Archives that were begun and not finished. */
export async function findArchiveTroubles({
  paths,
  reader,
}: Pick<LookDeps, "paths" | "reader">): Promise<readonly Trouble[]> {
  const folders = await unfinishedArchives(paths, reader);
  if (folders.length === 0) return [];
  return [
    {
      what: "archive",
      detail: `not finished: ${folders.map((folder) => basename(folder)).join(", ")}`,
      cure: "finishes it, or takes it back where nothing had left",
      mend: async ({ archive }) => {
        await finishArchives(archive);
      },
    },
  ];
}
