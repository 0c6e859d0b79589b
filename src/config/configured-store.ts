import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lookUpConfig } from "./cached-config.ts";
import { CONFIG_FILE } from "./load-config.ts";

/** The store that the configuration names. Only who names one pays for what reads the file. */
export async function configuredStore(
  root: string,
  stateFolder: string,
): Promise<string | undefined> {
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
