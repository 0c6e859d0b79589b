import { OrchestraError } from "../core/errors.ts";
import type { FailureClass } from "../core/failure.ts";
import type {
  AgentAdapter,
  AgentConfig,
  AgentOutcome,
  Launch,
  LaunchRequest,
  ProcessEnd,
  StreamReport,
} from "./adapter.ts";
import { boundedText, summaryLine } from "./bounds.ts";
import { createPlainTextParser } from "./plain-text.ts";
import { howItEnded, isKilled, isNotRunnable, lastError } from "./process-end.ts";

/** Linux refuses a longer argument (MAX_ARG_STRLEN). */
const ARGUMENT_BYTES_MAX = 128 * 1024 - 1;

const PLACEHOLDER = /\{(prompt|prompt_file|task_id|attempt_id|worktree|agent)\}/g;

/** Any CLI, by configuration alone: an argument array with placeholders. */
export function createCommandAdapter(config: AgentConfig): AgentAdapter {
  return {
    name: "command",
    capabilities: { resume: false, presetSessionId: false, tokens: false, cost: false },
    launch: (request) => launch(config, request),
    createParser: createPlainTextParser,
    classifyEnd,
    // Who knows what it would do, asked for a version? Maybe work.
    probe: undefined,
    steering: undefined,
  };
}

function launch(config: AgentConfig, request: LaunchRequest): Launch {
  const { name, promptBy } = config;
  if (!config.command[0]) {
    throw unusable(name, `it has no command. Set agents.${name}.command in orchestra.yaml.`);
  }
  const values: Readonly<Record<string, string>> = {
    prompt: request.prompt,
    prompt_file: request.promptFile,
    task_id: request.taskId,
    attempt_id: request.attemptId,
    worktree: request.workspacePath,
    agent: name,
  };
  const command = withPrompt(config).map((part, index, parts) => {
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
function withPrompt({ command, promptBy }: AgentConfig): readonly string[] {
  const isAskedFor = command.some((part) => /\{prompt(_file)?\}/.test(part));
  if (promptBy === "stdin" || isAskedFor) return command;
  return [...command, promptBy === "file" ? "{prompt_file}" : "{prompt}"];
}

/** A prompt may begin with a dash, as a list does; on a line of its own it is no option. */
function asOperand(argument: string): string {
  return argument.startsWith("-") ? `\n${argument}` : argument;
}

function refuseUnfit(name: string, command: readonly string[]): void {
  const advice = `Set agents.${name}.prompt to stdin or file in orchestra.yaml.`;
  if (command.some((part) => Buffer.byteLength(part) > ARGUMENT_BYTES_MAX)) {
    throw unusable(name, `the prompt is too long for an argument. ${advice}`);
  }
  if (command.some((part) => part.includes("\0"))) {
    throw unusable(name, `the prompt holds a NUL byte, which no argument can. ${advice}`);
  }
}

function unusable(name: string, problem: string): OrchestraError {
  return new OrchestraError("AGENT_UNUSABLE", `Could not start the agent ${name}: ${problem}`);
}

function classifyEnd(end: ProcessEnd, report: StreamReport): AgentOutcome {
  if (end.exitCode === 0) {
    return { kind: "succeeded", summary: boundedText(report.resultText ?? "") };
  }
  const detail = lastError(end) || summaryLine(report.resultText ?? "");
  const how = howItEnded(end);
  const message = detail === "" ? `It ${how}.` : `It ${how}: ${detail}`;
  return { kind: "failed", end: "failed", failure: { class: classOf(end, detail), message } };
}

/** A command that says why it ends has not crashed; what the reason is worth, nobody can know. */
function classOf(end: ProcessEnd, detail: string): FailureClass {
  if (isNotRunnable(end.exitCode)) return "missing_executable";
  return isKilled(end) || detail === "" ? "process_crash" : "unknown";
}
