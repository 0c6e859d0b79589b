import { lookUpConfig } from "./cached-config.ts";
import type { Environment } from "./environment.ts";
import { configBytes } from "./load-config.ts";
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
  if (!configBytes(root)?.includes("store")) return undefined;
  return (await lookUpConfig(root, stateFolder)).store;
}
