import type { AgentConfig, Launch } from "../../agents/adapter.ts";

type Variables = Readonly<Record<string, string>>;

/** The whole environment of an agent: what surrounds it, its adapter's and its configuration's, in this order. */
export function launchEnvironment(
  surroundings: Variables,
  { env, unsetEnv }: Launch,
  config: AgentConfig,
): Variables {
  const all = { ...surroundings, ...env, ...config.env };
  return Object.fromEntries(Object.entries(all).filter(([name]) => !unsetEnv.includes(name)));
}
