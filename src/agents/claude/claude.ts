import type {
  AgentAdapter,
  AgentConfig,
  AgentOutcome,
  Launch,
  LaunchRequest,
  ProcessEnd,
  Steering,
  StreamReport,
} from "../adapter.ts";
import { boundedText } from "../bounds.ts";
import { classOfWords, failure } from "./failure.ts";
import { createClaudeParser } from "./parser.ts";

export type ClaudeContext = {
  /** Claude refuses to bypass permissions as root unless it is told that it is in a sandbox. */
  readonly isRoot: boolean;
};

/** Claude Code, as measured on 2.1.329. */
export function createClaudeAdapter(config: AgentConfig, context: ClaudeContext): AgentAdapter {
  return {
    name: "claude",
    capabilities: { resume: true, presetSessionId: true, tokens: true, cost: true },
    launch: (request) => launch(config, context, request),
    createParser: createClaudeParser,
    classifyEnd,
    probe: {
      args: ["--version"],
      readVersion: (stdout) => /^(\d+\.\d+\.\d+\S*) \(Claude Code\)/.exec(stdout)?.[1],
    },
    steering: STEERING,
  };
}

/** Set by a Claude that starts another one, which would take itself for a part of it. */
const NESTING_VARIABLES = ["CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_CODE_SSE_PORT"];

function launch(
  config: AgentConfig,
  { isRoot }: ClaudeContext,
  { prompt, sessionId, resumeSessionId }: LaunchRequest,
): Launch {
  const command = config.command.length > 0 ? config.command : ["claude"];
  const session = resumeSessionId
    ? ["--resume", resumeSessionId]
    : sessionId
      ? ["--session-id", sessionId]
      : [];
  return {
    command: [
      ...command,
      "--print",
      "--output-format",
      "stream-json",
      "--verbose",
      "--permission-mode",
      "bypassPermissions",
      ...(config.model === undefined ? [] : ["--model", config.model]),
      ...session,
    ],
    env: {
      DISABLE_AUTOUPDATER: "1",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      ...(isRoot ? { IS_SANDBOX: "1" } : {}),
    },
    unsetEnv: NESTING_VARIABLES,
    // Not an argument: it may be long, and it may begin with a dash.
    stdin: prompt,
  };
}

/** The stream speaks first; the exit code only when it said nothing of how it ended. */
function classifyEnd(end: ProcessEnd, report: StreamReport): AgentOutcome {
  if (report.failure) return { kind: "failed", end: "failed", failure: report.failure };
  if (report.resultText !== undefined && end.exitCode === 0) {
    return { kind: "succeeded", summary: report.resultText };
  }
  const words = boundedText(end.stderrTail.trim().split("\n").at(-1) ?? "");
  const how = end.signal ? `by ${end.signal}` : `with exit code ${end.exitCode ?? "unknown"}`;
  const message = `It ended ${how} without a result${words === "" ? "." : `: ${words}`}`;
  const known = end.signal === undefined ? classOfWords(end.stderrTail) : undefined;
  const failureClass = known ?? (report.hasOutput ? "process_crash" : classWithout(end));
  return { kind: "failed", end: "failed", failure: failure(failureClass, message, undefined) };
}

function classWithout(end: ProcessEnd): "empty_output" | "process_crash" | "missing_executable" {
  if (end.exitCode === 0) return "empty_output";
  return end.exitCode === 127 ? "missing_executable" : "process_crash";
}

/** Lines for a session that was started with `--input-format stream-json`. */
const STEERING: Steering = {
  message: (text) =>
    `${JSON.stringify({
      type: "user",
      message: { role: "user", content: text },
      parent_tool_use_id: null,
      session_id: "",
    })}\n`,
  interrupt: (requestId) =>
    `${JSON.stringify({
      type: "control_request",
      request_id: requestId,
      request: { subtype: "interrupt" },
    })}\n`,
};
