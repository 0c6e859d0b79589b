import { existsSync } from "node:fs";
import { join } from "node:path";
import { OrchestraError } from "../core/errors.ts";
import type { AgentAdapter, AgentConfig } from "./adapter.ts";

/** What an adapter may have to know of the machine that its agent runs on. */
export type AdapterContext = {
  /** Whether agents run as root. */
  readonly isRoot: boolean;
  /** Where its clocks are: agents tell times of day. */
  readonly timeZone: string;
  /** The command that starts the bridge to agents of the Agent Client Protocol. */
  readonly acpBridge: readonly string[];
  /** The command that starts the bridge to Codex's app server. */
  readonly codexBridge: readonly string[];
};

type Create = (config: AgentConfig, context: AdapterContext) => Promise<AgentAdapter>;

const ADAPTERS: ReadonlyMap<string, Create> = new Map([
  [
    "claude",
    async (config, context) =>
      (await import("./claude/claude.ts")).createClaudeAdapter(config, context),
  ],
  [
    "codex",
    async (config, context) =>
      (await import("./codex/codex.ts")).createCodexAdapter(config, context),
  ],
  [
    "opencode",
    async (config) => (await import("./opencode/opencode.ts")).createOpencodeAdapter(config),
  ],
  [
    "copilot",
    async (config) => (await import("./copilot/copilot.ts")).createCopilotAdapter(config),
  ],
  ["gemini", async (config) => (await import("./gemini/gemini.ts")).createGeminiAdapter(config)],
  ["qwen", async (config) => (await import("./qwen/qwen.ts")).createQwenAdapter(config)],
  ["cursor", async (config) => (await import("./cursor/cursor.ts")).createCursorAdapter(config)],
  ["amp", async (config) => (await import("./amp/amp.ts")).createAmpAdapter(config)],
  ["auggie", async (config) => (await import("./auggie/auggie.ts")).createAuggieAdapter(config)],
  ["goose", async (config) => (await import("./goose/goose.ts")).createGooseAdapter(config)],
  ["aider", async (config) => (await import("./aider/aider.ts")).createAiderAdapter(config)],
  [
    "acp",
    async (config, context) => (await import("./acp/acp.ts")).createAcpAdapter(config, context),
  ],
  [
    "command",
    async (config) => (await import("./command/command.ts")).createCommandAdapter(config),
  ],
]);

/** The adapter that an agent's configuration names, which may be a module of the project at `root`. */
export async function adapterFor(
  config: AgentConfig,
  root: string,
  context: AdapterContext = contextHere(),
): Promise<AgentAdapter> {
  if (config.adapter.startsWith("./")) {
    return (await import("./plugin/load-plugin.ts")).loadPlugin(config, root, context);
  }
  const create = ADAPTERS.get(config.adapter);
  if (create) return create(config, context);
  throw new OrchestraError(
    "UNKNOWN_AGENT",
    `The agent ${config.name} wants the adapter ${JSON.stringify(config.adapter)}. Set agents.${config.name}.adapter in orchestra.yaml to one of ${[...ADAPTERS.keys()].join(", ")}.`,
  );
}

function contextHere(): AdapterContext {
  return {
    isRoot: process.getuid?.() === 0,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    acpBridge: [process.execPath, bridgeProgram("acp")],
    codexBridge: [process.execPath, bridgeProgram("codex")],
  };
}

/** Beside the bundle, where this runs from one. */
function bridgeProgram(adapter: "acp" | "codex"): string {
  const bundled = join(import.meta.dirname, `${adapter}-bridge.cjs`);
  return existsSync(bundled) ? bundled : join(import.meta.dirname, adapter, "bridge/main.ts");
}
