import { OrchestraError, type ErrorCode } from "../../core/errors.ts";
import type { AgentConfig, Launch, LaunchRequest } from "../adapter.ts";

/** Linux refuses a longer argument (MAX_ARG_STRLEN). */
const ARGUMENT_BYTES_MAX = 128 * 1024 - 1;

const PLACEHOLDER = /\{(prompt|prompt_file|task_id|taskId|attempt_id|worktree|agent|session_id)\}/g;

/** The process of a configured command, for a new session or an earlier one. */
export function launch(config: AgentConfig, request: LaunchRequest): Launch {
  const { name, promptBy } = config;
  if (!config.command[0]) {
    const problem = `it has no command. Set agents.${name}.command in orchestra.yaml.`;
    throw unstarted("AGENT_UNUSABLE", name, problem);
  }
  const values: Readonly<Record<string, string>> = {
    prompt: request.prompt,
    prompt_file: request.promptFile,
    task_id: request.taskId,
    attempt_id: request.attemptId,
    worktree: request.workspacePath,
    agent: name,
    // As the founding queue had it in its agent-config.json.
    taskId: request.taskId,
    session_id: request.resumeSessionId ?? request.sessionId ?? "",
  };
  const template = request.resumeSessionId === undefined ? config.command : config.resume;
  const command = withPrompt(template, promptBy).map((part, index, parts) => {
    // One pass over the configured text: what a prompt holds is never looked at for placeholders.
    const filled = part.replace(PLACEHOLDER, (whole, key: string) => values[key] ?? whole);
    return part.startsWith("{prompt}") && parts[index - 1] !== "--" ? asOperand(filled) : filled;
  });
  refuseUnfit(name, command);
  return {
    command,
    env: {},
    unsetEnv: [],
    stdinFile: promptBy === "stdin" ? request.promptFile : undefined,
  };
}

/** The configured command, with the prompt at its end when it is asked for nowhere. */
function withPrompt(
  command: readonly string[],
  promptBy: AgentConfig["promptBy"],
): readonly string[] {
  const isAskedFor = command.some((part) => /\{prompt(_file)?\}/.test(part));
  if (promptBy === "stdin" || isAskedFor) return command;
  return [...command, promptBy === "file" ? "{prompt_file}" : "{prompt}"];
}

/** A prompt may begin with a dash, as a list does; on a line of its own it is no option. */
function asOperand(argument: string): string {
  return argument.startsWith("-") ? `\n${argument}` : argument;
}

/** It is the prompt that does not fit: with others the agent can work. */
function refuseUnfit(name: string, command: readonly string[]): void {
  const advice = `Set agents.${name}.prompt to stdin or file in orchestra.yaml.`;
  if (command.some((part) => Buffer.byteLength(part) > ARGUMENT_BYTES_MAX)) {
    const problem = `the prompt is too long for an argument. ${advice}`;
    throw unstarted("INVALID_ARGUMENT", name, problem);
  }
  if (command.some((part) => part.includes("\0"))) {
    const problem = `the prompt holds a NUL byte, which no argument can. ${advice}`;
    throw unstarted("INVALID_ARGUMENT", name, problem);
  }
}

function unstarted(code: ErrorCode, name: string, problem: string): OrchestraError {
  return new OrchestraError(code, `Could not start the agent ${name}: ${problem}`);
}
