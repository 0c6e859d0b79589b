import { globSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { LookDeps, Trouble } from "./trouble.ts";

/** Files that are written under another name first, and renamed when they are whole. */
const DRAFTS = ["config.json.*", "attempts/*/*.new", "blackboard/*.new", "blackboard/tasks/*.new"];
/** Nobody takes so long from writing a file to renaming it. */
const WRITING_MS_MAX = 60_000;

/** What writers have left that died over it. */
export async function findLeftoverFiles({
  paths,
  clock,
}: Pick<LookDeps, "paths" | "clock">): Promise<readonly Trouble[]> {
  const drafts = globSync(DRAFTS, { cwd: paths.stateFolder });
  return drafts
    .map((name) => join(paths.stateFolder, name))
    .filter((file) => isOld(file, clock.nowMs()))
    .map((file) => ({
      what: "file",
      detail: `${file} was never finished`,
      cure: "removes it",
      mend: async () => rm(file, { force: true }),
    }));
}

function isOld(file: string, nowMs: number): boolean {
  const modified = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return modified !== undefined && nowMs - modified > WRITING_MS_MAX;
}
