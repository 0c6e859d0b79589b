import { homedir } from "node:os";

/** What the surroundings say; the one place that reads `process.env`. */
export type Environment = {
  readonly variables: Readonly<Record<string, string>>;
  readonly home: string;
  readonly path: string;
};

export function readEnvironment(): Environment {
  // oxlint-disable-next-line node/no-process-env -- The one place.
  const entries = Object.entries(process.env).filter((entry) => entry[1] !== undefined);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The filter leaves only strings.
  const variables = Object.fromEntries(entries) as Record<string, string>;
  return { variables, home: homedir(), path: variables["PATH"] ?? "" };
}
