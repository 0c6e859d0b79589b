import type { AgentConfig, Interactive, Launch, LaunchRequest } from "../adapter.ts";
import { modelOption } from "../model-option.ts";
import { approvalMode } from "../approval-mode.ts";

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
      ...approvalMode(fixedArguments),
      ...modelOption(config),
      ...(resumeSessionId === undefined ? [] : ["--resume", resumeSessionId]),
    ],
    // Otherwise it starts itself again, which takes as long once more, and hides how it ended.
    env: { GEMINI_CLI_NO_RELAUNCH: "true" },
    unsetEnv: INHERITED,
    stdinFile: request.promptFile,
  };
}

/** A session as a person goes on with it, who is asked before anything is allowed. */
export function openSession(config: AgentConfig, sessionId: string): Interactive {
  const [executable = "gemini", ...fixedArguments] = config.command;
  return {
    command: [
      executable,
      ...fixedArguments,
      "--skip-trust",
      ...modelOption(config),
      "--resume",
      sessionId,
    ],
    env: {},
    unsetEnv: INHERITED,
  };
}
