import type { AgentConfig, Launch, LaunchRequest } from "../adapter.ts";

/** What is particular to one bridge. */
export type BridgeWords = {
  /** The bridge itself: its executable and arguments. */
  readonly bridge: readonly string[];
  /** Its own flag, where that is to be given. */
  readonly flag: string | undefined;
  /** Variables that its agent would mistake for its own. */
  readonly unsetEnv: readonly string[];
};

/**
 * A bridge, which starts the agent of the configuration and speaks with it. The prompt goes in by its
 * file: standard input is for what is said later.
 */
export function launchBridge(
  { command, model }: Pick<AgentConfig, "command" | "model">,
  { promptFile, attemptId, resumeSessionId }: LaunchRequest,
  { bridge, flag, unsetEnv }: BridgeWords,
): Launch {
  // In one word each: an agent may give its session any id, also one like an option.
  const options = [
    `--prompt=${promptFile}`,
    `--id=${attemptId}`,
    ...(model === undefined ? [] : [`--model=${model}`]),
    ...(resumeSessionId === undefined ? [] : [`--resume=${resumeSessionId}`]),
    ...(flag === undefined ? [] : [`--${flag}`]),
  ];
  return {
    command: [...bridge, ...options, "--", ...command],
    env: {},
    unsetEnv,
    stdinFile: undefined,
  };
}
