import { OrchestraError } from "../core/errors.ts";
import type { Config } from "./config.ts";
import { readConfigFile, type PlacedMistake } from "./read-config-file.ts";
import { resolveConfig } from "./resolve-config.ts";

/**
 * The configuration in a file's bytes, with the agents that are listed elsewhere and not in it; the
 * first mistake is named with its place.
 */
export function parseConfig(
  file: string,
  bytes: Uint8Array,
  listed: Config["agents"] = {},
): Config {
  const reading = readConfigFile(bytes, Object.keys(listed));
  if (reading.kind === "valid") {
    const config = resolveConfig(reading.read.config);
    const own = reading.read.config.agents;
    const others = Object.entries(listed).filter(([name]) => !Object.hasOwn(own, name));
    return { ...config, agents: { ...config.agents, ...Object.fromEntries(others) } };
  }
  throw invalidConfig(file, reading.mistakes[0]);
}

/** The mistake as an error, for who was about to do something else. */
export function invalidConfig(file: string, mistake: PlacedMistake): OrchestraError {
  const { cause } = mistake;
  const message = `${placeText(file, mistake)}: ${sentence(mistake)} Nothing was changed.`;
  return new OrchestraError("INVALID_CONFIG", message, { cause });
}

/** `FILE:LINE:COLUMN`, as editors and terminals jump to it. */
export function placeText(file: string, { line, column }: PlacedMistake): string {
  return line === undefined ? file : `${file}:${line}:${column}`;
}

/** What is wrong, with its full stop. */
export function sentence({ problem }: PlacedMistake): string {
  return problem.endsWith("?") ? problem : `${problem}.`;
}
