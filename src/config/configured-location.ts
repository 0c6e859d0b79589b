import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lookUpConfig } from "./cached-config.ts";
import type { Environment } from "./environment.ts";
import { CONFIG_FILE } from "./load-config.ts";
import { projectPaths } from "./paths.ts";
import { storeLocation, type StoreLocation } from "./store-location.ts";

/** Where a project's blackboard is, by the surroundings, the configuration or default, in this order. */
export async function configuredLocation(
  root: string,
  { storeUrl }: Pick<Environment, "storeUrl">,
): Promise<StoreLocation> {
  const paths = projectPaths(root);
  const url = storeUrl ?? (await configuredStore(root, paths.stateFolder));
  return storeLocation(url, { root, ...paths });
}

/** The store that the configuration names. Only who names one pays for what reads the file. */
async function configuredStore(root: string, stateFolder: string): Promise<string | undefined> {
  if (!mentionsStore(join(root, CONFIG_FILE))) return undefined;
  return (await lookUpConfig(root, stateFolder)).store;
}

function mentionsStore(file: string): boolean {
  try {
    return readFileSync(file, "utf8").includes("store");
  } catch {
    // There is none, or none that can be read: then nothing is configured.
    return false;
  }
}
