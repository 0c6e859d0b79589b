import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { projectPaths } from "../../config/paths.ts";
import { configuredLocation } from "../../config/configured-location.ts";
import type { StoreLocation } from "../../config/store-location.ts";
import { OrchestraError } from "../../core/errors.ts";
import type { Cli } from "../cli.ts";
import { plural } from "../view/amounts.ts";
import { found, ok, problem, warning, type Finding } from "./finding.ts";
import { nearest, obstacleAt } from "./obstacle.ts";
import { placeWarnings } from "./place.ts";

/** Whether the blackboard can be read and written, and what is kept beside it. */
export async function blackboardFindings(cli: Cli, root: string): Promise<Finding[]> {
  const { stateFolder } = projectPaths(root);
  const location = await found(configuredLocation(root, cli.environment));
  // That one is configured wrongly is told where the configuration is.
  const known = location instanceof OrchestraError ? undefined : location;
  const kept = known && folderOf(known);
  return [
    ...(await keptFindings(cli, kept)),
    ...(known ? await placeFindings(known) : []),
    ...(kept === stateFolder ? [] : [stateFinding(stateFolder)]),
  ];
}

/** What the files of a blackboard are on, and what works on them. */
async function placeFindings(location: StoreLocation): Promise<Finding[]> {
  if (location.kind !== "sqlite" && location.kind !== "files") return [];
  const path = nearest(location.kind === "sqlite" ? location.file : location.folder);
  const { type } = await statfs(path);
  const { sqlite } = process.versions;
  return placeWarnings({ kind: location.kind, path, fileSystem: type, sqlite });
}

/** The folder of this machine that has to be written; `undefined` when it is kept elsewhere. */
function folderOf(location: StoreLocation): string | undefined {
  switch (location.kind) {
    case "sqlite":
      return dirname(location.file);
    case "files":
      return location.folder;
    case "memory":
    case "postgres":
    case "mysql":
      return undefined;
  }
}

async function keptFindings(cli: Cli, folder: string | undefined): Promise<Finding[]> {
  const obstacle = folder === undefined ? undefined : obstacleAt(folder);
  if (obstacle !== undefined) return [problem("blackboard", obstacle)];
  const findings = await found(readFindings(cli));
  if (findings instanceof OrchestraError) return [problem("blackboard", findings.message)];
  return findings;
}

/** What agents print is kept on the machine that they work on, wherever the blackboard is. */
function stateFinding(stateFolder: string): Finding {
  const obstacle = obstacleAt(stateFolder);
  if (obstacle !== undefined) return problem("transcripts", obstacle);
  return ok("transcripts", `on this machine, in ${stateFolder}`);
}

async function readFindings(cli: Cli): Promise<Finding[]> {
  await using reader = await cli.openReader();
  if (!reader) return [ok("blackboard", "none yet; the first task makes it")];
  const counts = Object.values(await reader.countTasks());
  const count = counts.reduce((sum, each) => sum + each, 0);
  const refusal = await reader.refusalToWrite?.();
  if (refusal !== undefined) return [problem("blackboard", refusal)];
  const tasks = ok("blackboard", plural(count, "task"));
  const weakness = await reader.durabilityProblem?.();
  return weakness === undefined ? [tasks] : [tasks, warning("durability", weakness)];
}
