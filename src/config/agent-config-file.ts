import { join } from "node:path";
import type { AgentSettings } from "./config.ts";
import { plainFile } from "./plain-file.ts";

export const AGENT_CONFIG_FILE = ".orchestra-cli/agent-config.json";

const AGENT_CONFIG_BYTES_MAX = 1024 * 1024;

/** The text of the founding queue's list of agents; `undefined` where a project has none. */
export function agentConfigText(root: string): string | undefined {
  const bytes = plainFile(join(root, AGENT_CONFIG_FILE));
  if (bytes === undefined) return undefined;
  return bytes.length > AGENT_CONFIG_BYTES_MAX ? "" : bytes.toString("utf8");
}

/** The agents of that list. Only a project that has one pays for what parses it. */
export async function agentsOfFile(root: string): Promise<Readonly<Record<string, AgentSettings>>> {
  const text = agentConfigText(root);
  if (text === undefined) return {};
  const { parseAgentConfig } = await import("./parse-agent-config.ts");
  return parseAgentConfig(join(root, AGENT_CONFIG_FILE), text);
}
