import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../core/errno.ts";
import { OrchestraError } from "../core/errors.ts";
import type { Config } from "./config.ts";
import { DEFAULTS } from "./defaults.ts";

export const CONFIG_FILE = "orchestra.yaml";

/** The project's configuration: `orchestra.yaml` if there is one, over the defaults. */
export async function loadConfig(root: string): Promise<Config> {
  const file = join(root, CONFIG_FILE);
  const bytes = readIfThere(file);
  if (bytes === undefined) return DEFAULTS;
  // Only who has a file pays for what reads it.
  const { parseConfig } = await import("./parse-config.ts");
  return parseConfig(file, bytes);
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return undefined;
    throw new OrchestraError("INVALID_CONFIG", `Could not read ${file}.`, { cause });
  }
}
