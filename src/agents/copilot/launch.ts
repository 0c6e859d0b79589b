import type { AgentConfig, Interactive, Launch, LaunchRequest } from "../adapter.ts";
import { hasOption } from "../has-option.ts";
import { modelOption } from "../model-option.ts";

/** What a Copilot sets for the processes that it starts, and would mistake for its own. */
const INHERITED = [
  "COPILOT_AGENT_SESSION_ID",
  "COPILOT_CLI",
  "COPILOT_CLI_BINARY_VERSION",
  "COPILOT_CLI_RESOLVED_DIST_DIR",
  "COPILOT_LOADER_PID",
] as const;

const PERMISSION_FLAGS = [
  "--allow-all",
  "--allow-all-tools",
  "--allow-tool",
  "--assisted-approval",
  "--yolo",
] as const;

/** The process for a session; the prompt goes in on standard input, which has no length limit. */
export function launch(config: AgentConfig, request: LaunchRequest): Launch {
  const [executable = "copilot", ...fixedArguments] = config.command;
  return {
    command: [
      executable,
      ...fixedArguments,
      "--output-format",
      "json",
      ...permission(fixedArguments),
      "--no-ask-user",
      "--no-auto-update",
      // Without it, a session that goes on works in the folder in which it began.
      "-C",
      request.workspacePath,
      "--usage-output-file",
      request.usageFile,
      ...modelOption(config),
      ...session(request),
    ],
    env: {},
    unsetEnv: INHERITED,
    stdinFile: request.promptFile,
  };
}

/** `--session-id` would begin a session that is not there anew, with a prompt that tells it little. */
function session({ sessionId, resumeSessionId }: LaunchRequest): readonly string[] {
  if (resumeSessionId !== undefined) return [`--resume=${resumeSessionId}`];
  return sessionId === undefined ? [] : ["--session-id", sessionId];
}

/** Nobody is there to be asked. Who wants less says so among the fixed arguments. */
function permission(fixedArguments: readonly string[]): readonly string[] {
  return hasOption(fixedArguments, PERMISSION_FLAGS) ? [] : ["--allow-all"];
}

/** A session as a person goes on with it, who is asked before anything is allowed. */
export function openSession(config: AgentConfig, sessionId: string): Interactive {
  const [executable = "copilot", ...fixedArguments] = config.command;
  return {
    command: [executable, ...fixedArguments, ...modelOption(config), `--resume=${sessionId}`],
    env: {},
    unsetEnv: INHERITED,
  };
}
