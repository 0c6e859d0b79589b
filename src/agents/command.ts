import { OrchestraError } from "../core/errors.ts";
import { NO_USAGE } from "../core/usage.ts";
import type {
  AgentAdapter,
  AgentConfig,
  AgentOutcome,
  Launch,
  LaunchRequest,
  ProcessEnd,
  StreamParser,
  StreamReport,
} from "./adapter.ts";
import { LAST_MESSAGES_MAX, boundedText } from "./bounds.ts";

/** Linux refuses a longer argument (MAX_ARG_STRLEN). */
const ARGUMENT_BYTES_MAX = 128 * 1024 - 1;

const PLACEHOLDER = /\{(prompt|prompt_file|task_id|attempt_id|worktree|agent)\}/g;

/** Any CLI, by configuration alone: an argument array with placeholders. */
export function createCommandAdapter(config: AgentConfig): AgentAdapter {
  return {
    name: "command",
    capabilities: { resume: false, presetSessionId: false, tokens: false, cost: false },
    launch: (request) => launch(config, request),
    createParser,
    classifyEnd,
    probe: { args: ["--version"], readVersion: (stdout) => /\d+(\.\d+)+/.exec(stdout)?.[0] },
    steering: undefined,
  };
}

function launch(config: AgentConfig, request: LaunchRequest): Launch {
  const values: Record<string, string> = {
    prompt: request.prompt,
    prompt_file: request.promptFile,
    task_id: request.taskId,
    attempt_id: request.attemptId,
    worktree: request.workspacePath,
    agent: config.name,
  };
  // One pass over the configured text: what a prompt holds is never looked at for placeholders.
  refuseMissing(config);
  const command = config.command.map((part) =>
    part.replace(PLACEHOLDER, (whole, name: string) => values[name] ?? whole),
  );
  const isNamed = config.command.some((part) => /\{prompt(_file)?\}/.test(part));
  if (config.promptBy === "argument" && !isNamed) command.push(request.prompt);
  if (config.promptBy === "file" && !isNamed) command.push(request.promptFile);
  refuseTooLong(config, command);
  const stdin = config.promptBy === "stdin" ? request.prompt : "";
  return { command, env: {}, unsetEnv: [], stdin };
}

function refuseMissing({ name, command }: AgentConfig): void {
  if (command[0]) return;
  throw new OrchestraError(
    "AGENT_UNUSABLE",
    `The agent ${name} has no command. Set agents.${name}.command in orchestra.yaml.`,
  );
}

function refuseTooLong({ name }: AgentConfig, command: readonly string[]): void {
  if (command.every((part) => Buffer.byteLength(part) <= ARGUMENT_BYTES_MAX)) return;
  throw new OrchestraError(
    "AGENT_UNUSABLE",
    `The prompt is too long for an argument of ${name}. Set agents.${name}.prompt to stdin or file.`,
  );
}

/** Plain text: every line is something the agent said. */
function createParser(): StreamParser {
  let lastMessages: string[] = [];
  let hasOutput = false;
  return {
    push: (line) => {
      const text = boundedText(line.trimEnd());
      if (text.trim() === "") return [];
      hasOutput = true;
      lastMessages = [...lastMessages, text].slice(-LAST_MESSAGES_MAX);
      return [{ kind: "text", text }];
    },
    report: () => reportOf(lastMessages, hasOutput),
  };
}

function reportOf(lastMessages: readonly string[], hasOutput: boolean): StreamReport {
  return {
    sessionId: undefined,
    usage: NO_USAGE,
    costUsd: undefined,
    failure: undefined,
    resultText: lastMessages.at(-1),
    lastMessages,
    hasOutput,
  };
}

const COMMAND_NOT_EXECUTABLE = 126;
const COMMAND_NOT_FOUND = 127;

function classifyEnd(end: ProcessEnd, report: StreamReport): AgentOutcome {
  if (end.exitCode === 0) return { kind: "succeeded", summary: report.resultText ?? "" };
  const detail = lastLine(end.stderrTail) ?? report.resultText;
  const told = detail === undefined ? "" : `: ${boundedText(detail)}`;
  if (end.signal !== undefined) {
    const message = `It was ended by ${end.signal}${told}`;
    return { kind: "failed", end: "failed", failure: { class: "process_crash", message } };
  }
  const isMissing = end.exitCode === COMMAND_NOT_FOUND || end.exitCode === COMMAND_NOT_EXECUTABLE;
  return {
    kind: "failed",
    end: "failed",
    failure: {
      class: isMissing ? "missing_executable" : "process_crash",
      message: `It ended with exit code ${end.exitCode ?? "unknown"}${told}`,
    },
  };
}

function lastLine(text: string): string | undefined {
  return text.trimEnd().split("\n").at(-1)?.trim() || undefined;
}
