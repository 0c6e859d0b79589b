import type { AgentConfig, Interactive, Launch, LaunchRequest } from "../adapter.ts";
import { hasOption } from "../has-option.ts";

/** What a Gemini CLI or its editor sets for the processes that they start. */
const INHERITED = [
  "GEMINI_CLI",
  "GEMINI_CLI_IDE_AUTH_TOKEN",
  "GEMINI_CLI_IDE_PID",
  "GEMINI_CLI_IDE_SERVER_PORT",
  "GEMINI_CLI_IDE_SERVER_STDIO_ARGS",
  "GEMINI_CLI_IDE_SERVER_STDIO_COMMAND",
  "GEMINI_CLI_IDE_WORKSPACE_PATH",
] as const;

const PERMISSION_FLAGS = ["--approval-mode", "--yolo", "-y"] as const;

/** The process for a session; the prompt goes in on standard input, which has no length limit. */
export function launch(config: AgentConfig, request: LaunchRequest): Launch {
  const [executable = "gemini", ...fixedArguments] = config.command;
  const { resumeSessionId } = request;
  return {
    command: [
      executable,
      ...fixedArguments,
      "--output-format",
      "stream-json",
      // A worktree is a folder that nobody was asked about.
      "--skip-trust",
      ...permission(fixedArguments),
      ...model(config),
      ...(resumeSessionId === undefined ? [] : ["--resume", resumeSessionId]),
    ],
    // Otherwise it starts itself again, which takes as long once more, and hides how it ended.
    env: { GEMINI_CLI_NO_RELAUNCH: "true" },
    unsetEnv: INHERITED,
    stdinFile: request.promptFile,
  };
}

/** Nobody is there to be asked; who wants less says so among the fixed arguments. */
function permission(fixedArguments: readonly string[]): readonly string[] {
  return hasOption(fixedArguments, PERMISSION_FLAGS) ? [] : ["--approval-mode", "yolo"];
}

/** A session as a person goes on with it, who is asked before anything is allowed. */
export function openSession(config: AgentConfig, sessionId: string): Interactive {
  const [executable = "gemini", ...fixedArguments] = config.command;
  return {
    command: [
      executable,
      ...fixedArguments,
      "--skip-trust",
      ...model(config),
      "--resume",
      sessionId,
    ],
    env: {},
    unsetEnv: INHERITED,
  };
}

function model(config: AgentConfig): readonly string[] {
  return config.model === undefined ? [] : ["--model", config.model];
}
