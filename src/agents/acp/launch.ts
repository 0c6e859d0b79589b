import { OrchestraError } from "../../core/errors.ts";
import type { AgentConfig, Launch, LaunchRequest } from "../adapter.ts";
import { launchBridge } from "../bridge/launch.ts";

/** What agents set for the processes that they start, and would mistake for their own. */
const INHERITED = [
  "CLAUDECODE",
  "CLAUDE_CODE_ENTRYPOINT",
  "CLAUDE_CODE_SESSION_ID",
  "CODEX_SANDBOX",
  "CODEX_THREAD_ID",
  "GEMINI_CLI",
] as const;

export function launch(
  config: AgentConfig,
  bridge: readonly string[],
  request: LaunchRequest,
): Launch {
  const { name, command, permissions } = config;
  if (!command[0]) {
    throw new OrchestraError(
      "AGENT_UNUSABLE",
      `Could not start the agent ${name}: it has no command. Set agents.${name}.command in orchestra.yaml to what starts an agent of the Agent Client Protocol, as [gemini, --acp].`,
    );
  }
  const flag = permissions === "deny" ? "deny" : undefined;
  return launchBridge(config, request, { bridge, flag, unsetEnv: INHERITED });
}
