import type { AgentConfig, Interactive, Launch, LaunchRequest } from "../adapter.ts";
import { launchBridge } from "../bridge/launch.ts";
import { modelOption } from "../model-option.ts";
import { hasOption } from "../has-option.ts";

/** What a Codex sets for the processes that it starts, and would mistake for its own. */
const INHERITED = [
  "CODEX_CI",
  "CODEX_MANAGED_BY_NPM",
  "CODEX_MANAGED_PACKAGE_ROOT",
  "CODEX_SANDBOX",
  "CODEX_SANDBOX_NETWORK_DISABLED",
  "CODEX_SESSION_ID",
  "CODEX_THREAD_ID",
  "CODEX_TOOL_CALL_ID",
  "CODEX_VERSION",
] as const;

const PERMISSION_FLAGS = [
  "-s",
  "--sandbox",
  "--approve-for-me",
  "--dangerously-bypass-approvals-and-sandbox",
] as const;

/** The argument of the configuration that has Codex listen while it works. */
export const APP_SERVER = "app-server";

/** Whether the configuration wants a Codex that listens. */
export function isAppServer(config: AgentConfig): boolean {
  return config.command.slice(1).includes(APP_SERVER);
}

/** The bridge, which starts the app server and speaks with it. */
export function launchAppServer(
  config: AgentConfig,
  bridge: readonly string[],
  request: LaunchRequest,
): Launch {
  const flag = hasPermission(config.command) ? "own-sandbox" : undefined;
  return launchBridge(config, request, { bridge, flag, unsetEnv: INHERITED });
}

/** The process for a session; the prompt goes in on standard input, which has no length limit. */
export function launch(config: AgentConfig, request: LaunchRequest): Launch {
  const [executable = "codex", ...fixedArguments] = config.command;
  const { resumeSessionId } = request;
  return {
    command: [
      executable,
      ...fixedArguments,
      "exec",
      "--json",
      "--skip-git-repo-check",
      ...permission(fixedArguments),
      ...modelOption(config),
      ...(resumeSessionId === undefined ? [] : ["resume", resumeSessionId]),
      "-",
    ],
    env: {},
    unsetEnv: INHERITED,
    stdinFile: request.promptFile,
  };
}

/**
 * Nobody is there to be asked, and Codex's own sandbox keeps a worktree from committing: git keeps a
 * worktree's files outside of it. Who wants less says so among the fixed arguments.
 */
function permission(fixedArguments: readonly string[]): readonly string[] {
  return hasPermission(fixedArguments) ? [] : ["--dangerously-bypass-approvals-and-sandbox"];
}

function hasPermission(fixedArguments: readonly string[]): boolean {
  const isConfigured = fixedArguments.some((argument) => argument.includes("sandbox_mode="));
  return isConfigured || hasOption(fixedArguments, PERMISSION_FLAGS);
}

/** A session as a person goes on with it, who is asked before anything is allowed. */
export function openSession(config: AgentConfig, sessionId: string): Interactive {
  const [executable = "codex", ...rest] = config.command;
  const fixedArguments = rest.filter((argument) => argument !== APP_SERVER);
  return {
    command: [executable, ...fixedArguments, "resume", sessionId, ...modelOption(config)],
    env: {},
    unsetEnv: INHERITED,
  };
}
