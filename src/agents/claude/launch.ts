import type { AgentConfig, Interactive, Launch, LaunchRequest } from "../adapter.ts";
import { modelOption } from "../model-option.ts";
import { hasOption } from "../has-option.ts";

/** What a Claude Code sets for the processes it starts, and would mistake for its own. */
const INHERITED = [
  "CLAUDECODE",
  "CLAUDE_CODE_CHILD_NOTES_DIR",
  "CLAUDE_CODE_CHILD_SESSION",
  "CLAUDE_CODE_ENTRYPOINT",
  "CLAUDE_CODE_EXECPATH",
  "CLAUDE_CODE_LAUNCHED_BY_SESSION_IDS",
  "CLAUDE_CODE_SESSION_ATTENDED",
  "CLAUDE_CODE_SESSION_ID",
  "CLAUDE_CODE_SESSION_KIND",
  "CLAUDE_CODE_SSE_PORT",
  "CLAUDE_EFFORT",
  "CLAUDE_PID",
  "CLAUDE_PROJECT_DIR",
  "AI_AGENT",
] as const;

const PERMISSION_FLAGS = ["--permission-mode", "--dangerously-skip-permissions"] as const;

/** The process for a session; the prompt and what is said later go in on standard input. */
export function launch(config: AgentConfig, isRoot: boolean, request: LaunchRequest): Launch {
  const [executable = "claude", ...fixedArguments] = config.command;
  return {
    command: [
      executable,
      ...fixedArguments,
      "--print",
      "--input-format",
      "stream-json",
      // Each message again, once it is taken in.
      "--replay-user-messages",
      "--output-format",
      "stream-json",
      "--verbose",
      ...permission(fixedArguments),
      ...modelOption(config),
      ...session(request),
    ],
    env: {
      DISABLE_AUTOUPDATER: "1",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      // Root may bypass permissions only where it is told that it cannot do harm.
      ...(isRoot ? { IS_SANDBOX: "1" } : {}),
    },
    unsetEnv: INHERITED,
    stdinFile: undefined,
  };
}

/** Nobody is there to be asked; who wants less says so among the fixed arguments. */
function permission(fixedArguments: readonly string[]): readonly string[] {
  return hasOption(fixedArguments, PERMISSION_FLAGS)
    ? []
    : ["--permission-mode", "bypassPermissions"];
}

function session({ sessionId, resumeSessionId }: LaunchRequest): readonly string[] {
  if (resumeSessionId !== undefined) return ["--resume", resumeSessionId];
  return sessionId === undefined ? [] : ["--session-id", sessionId];
}

/** A session as a person goes on with it, who is asked before anything is allowed. */
export function openSession(config: AgentConfig, sessionId: string): Interactive {
  const [executable = "claude", ...fixedArguments] = config.command;
  return {
    command: [executable, ...fixedArguments, ...modelOption(config), "--resume", sessionId],
    env: { DISABLE_AUTOUPDATER: "1" },
    unsetEnv: INHERITED,
  };
}
