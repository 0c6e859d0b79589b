import { dirname } from "node:path";
import { projectPaths } from "../../config/paths.ts";
import { configuredLocation } from "../../config/configured-location.ts";
import type { StoreLocation } from "../../config/store-location.ts";
import { OrchestraError } from "../../core/errors.ts";
import type { Cli } from "../cli.ts";
import { plural } from "../view/amounts.ts";
import { found, ok, problem, type Finding } from "./finding.ts";
import { obstacleAt } from "./obstacle.ts";

/** Whether the blackboard can be read and written, and what is kept beside it. */
export async function blackboardFindings(cli: Cli, root: string): Promise<Finding[]> {
  const { stateFolder } = projectPaths(root);
  const location = await found(configuredLocation(root, cli.environment));
  // That one is configured wrongly is told where the configuration is.
  const kept = location instanceof OrchestraError ? undefined : folderOf(location);
  if (kept === stateFolder) return [await blackboardFinding(cli, kept)];
  return [await blackboardFinding(cli, kept), stateFinding(stateFolder)];
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

async function blackboardFinding(cli: Cli, folder: string | undefined): Promise<Finding> {
  const obstacle = folder === undefined ? undefined : obstacleAt(folder);
  if (obstacle !== undefined) return problem("blackboard", obstacle);
  const tasks = await found(countTasks(cli));
  if (tasks instanceof OrchestraError) return problem("blackboard", tasks.message);
  return ok("blackboard", tasks === undefined ? "none yet; the first task makes it" : tasks);
}

/** What agents print is kept on the machine that they work on, wherever the blackboard is. */
function stateFinding(stateFolder: string): Finding {
  const obstacle = obstacleAt(stateFolder);
  if (obstacle !== undefined) return problem("transcripts", obstacle);
  return ok("transcripts", `on this machine, in ${stateFolder}`);
}

async function countTasks(cli: Cli): Promise<string | undefined> {
  await using reader = await cli.openReader();
  if (!reader) return undefined;
  const counts = Object.values(await reader.countTasks());
  return plural(
    counts.reduce((sum, count) => sum + count, 0),
    "task",
  );
}
