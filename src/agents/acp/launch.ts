import { OrchestraError } from "../../core/errors.ts";
import type { AgentConfig, Launch, LaunchRequest } from "../adapter.ts";

/** What agents set for the processes that they start, and would mistake for their own. */
const INHERITED = [
  "CLAUDECODE",
  "CLAUDE_CODE_ENTRYPOINT",
  "CLAUDE_CODE_SESSION_ID",
  "CODEX_SANDBOX",
  "CODEX_THREAD_ID",
  "GEMINI_CLI",
] as const;

/**
 * The bridge, which starts the agent and speaks with it. The prompt goes in by its file: standard
 * input is for what is said later.
 */
export function launch(
  config: AgentConfig,
  bridge: readonly string[],
  { promptFile, attemptId, resumeSessionId }: LaunchRequest,
): Launch {
  const { name, command, model, permissions } = config;
  if (!command[0]) {
    throw new OrchestraError(
      "AGENT_UNUSABLE",
      `Could not start the agent ${name}: it has no command. Set agents.${name}.command in orchestra.yaml to what starts an agent of the Agent Client Protocol, as [gemini, --acp].`,
    );
  }
  return {
    command: [
      ...bridge,
      "--prompt",
      promptFile,
      "--id",
      attemptId,
      ...(model === undefined ? [] : ["--model", model]),
      ...(resumeSessionId === undefined ? [] : ["--resume", resumeSessionId]),
      ...(permissions === "deny" ? ["--deny"] : []),
      "--",
      ...command,
    ],
    env: {},
    unsetEnv: INHERITED,
    stdinFile: undefined,
  };
}
