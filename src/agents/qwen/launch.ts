import type { AgentConfig, Interactive, Launch, LaunchRequest } from "../adapter.ts";
import { hasOption } from "../has-option.ts";

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

const PERMISSION_FLAGS = ["--approval-mode", "--yolo", "-y"] as const;

/** The process for a session; the prompt goes in on standard input, which has no length limit. */
export function launch(config: AgentConfig, request: LaunchRequest): Launch {
  const [executable = "qwen", ...fixedArguments] = config.command;
  return {
    command: [
      executable,
      ...fixedArguments,
      "--output-format",
      "stream-json",
      ...permission(fixedArguments),
      ...model(config),
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

/** Nobody is there to be asked; who wants less says so among the fixed arguments. */
function permission(fixedArguments: readonly string[]): readonly string[] {
  return hasOption(fixedArguments, PERMISSION_FLAGS) ? [] : ["--approval-mode", "yolo"];
}

function session({ sessionId, resumeSessionId }: LaunchRequest): readonly string[] {
  if (resumeSessionId !== undefined) return ["--resume", resumeSessionId];
  return sessionId === undefined ? [] : ["--session-id", sessionId];
}

/** A session as a person goes on with it, who is asked before anything is allowed. */
export function openSession(config: AgentConfig, sessionId: string): Interactive {
  const [executable = "qwen", ...fixedArguments] = config.command;
  return {
    command: [executable, ...fixedArguments, ...model(config), "--resume", sessionId],
    env: {},
    unsetEnv: INHERITED,
  };
}

function model(config: AgentConfig): readonly string[] {
  return config.model === undefined ? [] : ["--model", config.model];
}
