import type { AgentConfig, Interactive, Launch, LaunchRequest } from "../adapter.ts";
import { modelOption } from "../model-option.ts";
import { approvalMode } from "../approval-mode.ts";

/** What a Qwen Code or its editor sets for the processes that they start. */
const INHERITED = [
  "QWEN_CODE",
  "QWEN_CODE_CLI",
  "QWEN_CODE_IDE_SERVER_PORT",
  "QWEN_CODE_IDE_SERVER_STDIO_ARGS",
  "QWEN_CODE_IDE_SERVER_STDIO_COMMAND",
  "QWEN_CODE_IDE_WORKSPACE_PATH",
  "QWEN_CODE_LAUNCHER_PID",
  "QWEN_CODE_PROJECT_DIR",
  "QWEN_CODE_PROMPT_ID",
  "QWEN_CODE_SESSION_ID",
  "QWEN_CODE_STARTUP_VERSION",
] as const;

/** The process for a session; the prompt goes in on standard input, which has no length limit. */
export function launch(config: AgentConfig, request: LaunchRequest): Launch {
  const [executable = "qwen", ...fixedArguments] = config.command;
  return {
    command: [
      executable,
      ...fixedArguments,
      "--output-format",
      "stream-json",
      ...approvalMode(fixedArguments),
      ...modelOption(config),
      ...session(request),
    ],
    env: {
      // One process less that only waits for another.
      QWEN_CODE_NO_RELAUNCH: "true",
      QWEN_CODE_SUPPRESS_YOLO_WARNING: "1",
    },
    unsetEnv: INHERITED,
    stdinFile: request.promptFile,
  };
}

function session({ sessionId, resumeSessionId }: LaunchRequest): readonly string[] {
  if (resumeSessionId !== undefined) return ["--resume", resumeSessionId];
  return sessionId === undefined ? [] : ["--session-id", sessionId];
}

/** A session as a person goes on with it, who is asked before anything is allowed. */
export function openSession(config: AgentConfig, sessionId: string): Interactive {
  const [executable = "qwen", ...fixedArguments] = config.command;
  return {
    command: [executable, ...fixedArguments, ...modelOption(config), "--resume", sessionId],
    env: {},
    unsetEnv: INHERITED,
  };
}
