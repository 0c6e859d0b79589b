import { OrchestraError } from "../core/errors.ts";
import { quoted } from "../core/names.ts";
import type { AgentSettings, Config } from "./config.ts";

/** How the agent of this name is set up. Throws `UNKNOWN_AGENT` when it is not configured. */
export function agentSettings({ agents }: Pick<Config, "agents">, name: string): AgentSettings {
  const settings = Object.hasOwn(agents, name) ? agents[name] : undefined;
  if (settings) return settings;
  throw new OrchestraError(
    "UNKNOWN_AGENT",
    `There is no agent ${quoted(name)}. Known: ${Object.keys(agents).join(", ")}. Add it to orchestra.yaml.`,
  );
}
