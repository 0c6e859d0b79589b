import { OrchestraError } from "../core/errors.ts";
import type { AgentAdapter, AgentConfig } from "./adapter.ts";

const ADAPTERS: Readonly<Record<string, (config: AgentConfig) => Promise<AgentAdapter>>> = {
  claude: async (config) => {
    const { createClaudeAdapter } = await import("./claude/claude.ts");
    return createClaudeAdapter(config, { isRoot: process.getuid?.() === 0 });
  },
  command: async (config) => (await import("./command.ts")).createCommandAdapter(config),
};

/** The adapter that an agent's configuration names. */
export async function adapterFor(config: AgentConfig): Promise<AgentAdapter> {
  const create = ADAPTERS[config.adapter];
  if (create) return create(config);
  throw new OrchestraError(
    "UNKNOWN_AGENT",
    `The agent ${config.name} wants the adapter ${JSON.stringify(config.adapter)}; there are ${Object.keys(ADAPTERS).join(", ")}.`,
  );
}
