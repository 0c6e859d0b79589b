import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ArchiveDeps } from "./archive.ts";
import { readPlan } from "./plan.ts";

/** What an archive holds, and the room that it takes. */
export type ArchiveStats = {
  readonly folder: string;
  readonly tasks: number;
  readonly bytes: number;
};

/** The archives that are here, the oldest first. */
export function archiveStats({ archives }: Pick<ArchiveDeps, "archives">): ArchiveStats[] {
  if (!existsSync(archives)) return [];
  const folders = readdirSync(archives, { withFileTypes: true }).filter((one) => one.isDirectory());
  return folders
    .map(({ name }) => join(archives, name))
    .toSorted()
    .flatMap((folder) => {
      const plan = readPlan(folder);
      return plan ? [{ folder, tasks: plan.tasks.length, bytes: bytesOf(folder) }] : [];
    });
}

function bytesOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(folder, name)).size)
    .reduce((sum, size) => sum + size, 0);
}
