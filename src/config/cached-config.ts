import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AGENT_CONFIG_FILE } from "./agent-config-file.ts";
import type { Config } from "./config.ts";
import { DEFAULTS } from "./defaults.ts";
import { CONFIG_FILE, loadConfig } from "./load-config.ts";
import { plainFile } from "./plain-file.ts";

declare const ORCHESTRA_VERSION: string | undefined;

/** Changes whenever the same file may mean something else; with a release, it always may. */
const FORMAT = 6;
/** What is configured has the shape of what is not. */
const SHAPE = JSON.stringify(DEFAULTS);
const VERSION = typeof ORCHESTRA_VERSION === "string" ? ORCHESTRA_VERSION : "source";

/**
 * The project's configuration, kept beside the blackboard in the form it was resolved to: reading
 * YAML and checking it takes longer than all else that queues a task. A file that differs by a byte
 * is read anew, and so is whatever a cache that cannot be read stood for.
 */
export async function cachedConfig(root: string, stateFolder: string): Promise<Config> {
  const cache = cacheOf(root, stateFolder);
  const kept = readKept(cache);
  if (kept) return kept;
  const config = await loadConfig(root);
  if (cache) keep(cache.file, JSON.stringify({ key: cache.key, config }));
  return config;
}

/** The same for who only looks, and so keeps nothing. */
export async function lookUpConfig(root: string, stateFolder: string): Promise<Config> {
  return readKept(cacheOf(root, stateFolder)) ?? loadConfig(root);
}

type Cache = { readonly file: string; readonly key: string };

/** `undefined` without a configuration, whose defaults need no cache. */
function cacheOf(root: string, stateFolder: string): Cache | undefined {
  const text = readOrUndefined(join(root, CONFIG_FILE));
  const listed = readOrUndefined(join(root, AGENT_CONFIG_FILE));
  if (text === undefined && listed === undefined) return undefined;
  // The text itself: loading what hashes it takes longer than comparing it.
  return {
    file: join(stateFolder, "config.json"),
    key: JSON.stringify([FORMAT, VERSION, SHAPE, text, listed]),
  };
}

/** Whole or not at all, whoever else does the same at this moment. */
function keep(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, file);
  } catch {
    // It only saves time: what is wrong with the folder, the blackboard will say.
    rmSync(draft, { force: true });
  }
}

function readKept(cache: Cache | undefined): Config | undefined {
  const text = cache && readOrUndefined(cache.file);
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Written here; the key says so.
    const kept = JSON.parse(text ?? "null") as { key: string; config: Config } | null;
    return kept?.key === cache?.key ? kept?.config : undefined;
  } catch {
    // Torn or tampered with: it only ever saved time.
    return undefined;
  }
}

/** `undefined` also when it cannot be read: `loadConfig` then says why. */
function readOrUndefined(file: string): string | undefined {
  try {
    return plainFile(file)?.toString("utf8");
  } catch {
    return undefined;
  }
}
