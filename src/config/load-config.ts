import { join } from "node:path";
import { agentsOfFile } from "./agent-config-file.ts";
import type { Config } from "./config.ts";
import { DEFAULTS } from "./defaults.ts";
import { plainFile } from "./plain-file.ts";

export const CONFIG_FILE = "orchestra.yaml";

/** The project's configuration: `orchestra.yaml`, over the founding queue's agents, over the defaults. */
export async function loadConfig(root: string): Promise<Config> {
  const file = join(root, CONFIG_FILE);
  const bytes = configBytes(root);
  const listed = await agentsOfFile(root);
  // Only who has a file pays for what reads it.
  const config = bytes && (await import("./parse-config.ts")).parseConfig(file, bytes, listed);
  return config ?? { ...DEFAULTS, agents: { ...DEFAULTS.agents, ...listed } };
}

/** The project's `orchestra.yaml` as it is; `undefined` where there is none. */
export function configBytes(root: string): Buffer | undefined {
  return plainFile(join(root, CONFIG_FILE));
}
