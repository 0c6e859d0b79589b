import type { AgentConfig, Interactive, Launch, LaunchRequest } from "../adapter.ts";
import { modelOption } from "../model-option.ts";

/** What an OpenCode sets for the processes that it starts, and would mistake for its own. */
const INHERITED = ["OPENCODE", "OPENCODE_PID", "OPENCODE_RUN_ID", "OPENCODE_PROCESS_ROLE"] as const;

/** The process for a session; the prompt goes in on standard input, which has no length limit. */
export function launch(config: AgentConfig, request: LaunchRequest): Launch {
  const [executable = "opencode", ...fixedArguments] = config.command;
  const { resumeSessionId, workspacePath } = request;
  return {
    command: [
      executable,
      ...fixedArguments,
      "run",
      "--format",
      "json",
      // Nobody is there to be asked; what the user's configuration denies stays denied.
      "--auto",
      // Without it, a variable of the environment may tell it to work somewhere else.
      "--dir",
      workspacePath,
      ...modelOption(config),
      ...(resumeSessionId === undefined ? [] : ["--session", resumeSessionId]),
    ],
    env: { OPENCODE_DISABLE_AUTOUPDATE: "1" },
    unsetEnv: INHERITED,
    stdinFile: request.promptFile,
  };
}

/** A session as a person goes on with it, who is asked before anything is allowed. */
export function openSession(config: AgentConfig, sessionId: string): Interactive {
  const [executable = "opencode", ...fixedArguments] = config.command;
  return {
    command: [executable, ...fixedArguments, ...modelOption(config), "--session", sessionId],
    env: { OPENCODE_DISABLE_AUTOUPDATE: "1" },
    unsetEnv: INHERITED,
  };
}
