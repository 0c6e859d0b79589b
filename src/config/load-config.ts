import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OrchestraError } from "../core/errors.ts";
import type { Config } from "./config.ts";

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

const MINUTE_MS = 60_000;

/** What holds without a file; a test keeps it equal to an empty one. */
export const DEFAULTS: Config = {
  agents: {
    claude: {
      name: "claude",
      adapter: "claude",
      command: [],
      model: undefined,
      promptBy: "stdin",
      env: {},
      limit: undefined,
    },
  },
  defaults: {
    agent: "claude",
    priority: 5,
    timeoutMs: 60 * MINUTE_MS,
    stallMs: 15 * MINUTE_MS,
    maxRetries: 4,
  },
  checks: [
    { kind: "builtin", name: "exit_code" },
    { kind: "builtin", name: "has_changes" },
  ],
  workspace: { root: undefined, copy: [], link: [], setup: [], teardown: [], env: {} },
  merge: { enabled: true, target: undefined },
  limits: { parallel: 3 },
};

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new OrchestraError("INVALID_CONFIG", `Could not read ${file}.`, { cause });
  }
}
