import type { AgentSettings } from "../config/config.ts";
import type { AttemptEnd } from "../core/attempt.ts";
import type { Failure, FailureClass } from "../core/failure.ts";
import type { Usage } from "../core/usage.ts";

/**
 * The code that knows one agent CLI. Pure: it says what to start and what the output means; the
 * node starts and reads. So the same output always gives the same events, and a restarted node
 * simply reads the transcript again from its beginning.
 */
export type AgentAdapter = {
  readonly name: string;
  readonly capabilities: AgentCapabilities;
  /** The process to start for a new session, or to go on with `request.resumeSessionId`. */
  readonly launch: (request: LaunchRequest) => Launch;
  /** A reader of one process's output; `earlier` is there when the process resumes a session. */
  readonly createParser: (earlier?: EarlierUse) => StreamParser;
  /** What the end of the process means; `report` is all that the stream said. Never throws. */
  readonly classifyEnd: (end: ProcessEnd, report: StreamReport) => AgentOutcome;
  /**
   * What the process used, by the text of `LaunchRequest.usageFile` once it has ended; `undefined`
   * when that tells nothing. Only where the stream tells no tokens. Never throws.
   */
  readonly readUsageFile?: (text: string, earlier?: EarlierUse) => Usage | undefined;
  /** How to ask for the version; `undefined` when asking could start work. */
  readonly probe: ProbePlan | undefined;
  /** How a person goes on with a session at a terminal; `undefined` when its CLI cannot. */
  readonly openSession?: (sessionId: string) => Interactive;
  /** How to talk to the agent while it runs; `undefined` when its CLI cannot listen. */
  readonly steering: Steering | undefined;
};

export type AgentCapabilities = {
  /** A later process can go on with an earlier session. */
  readonly resume: boolean;
  /** The session's id can be chosen before the start, so that a crash cannot lose it. */
  readonly presetSessionId: boolean;
  readonly tokens: boolean;
  readonly cost: boolean;
};

/** How one agent is set up; from `orchestra.yaml`. */
export type AgentConfig = AgentSettings;

export type LaunchRequest = {
  readonly prompt: string;
  /** A file that holds the prompt, and is never changed while someone may read it. */
  readonly promptFile: string;
  /** Where a CLI may leave what it used; there is no file of that name before it starts. */
  readonly usageFile: string;
  readonly taskId: string;
  readonly attemptId: string;
  readonly workspacePath: string;
  /** Chosen before the start where `presetSessionId` is true. */
  readonly sessionId: string | undefined;
  readonly resumeSessionId: string | undefined;
};

export type Launch = {
  /** Executable and arguments; never a shell line. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Variables that must not reach the agent. */
  readonly unsetEnv: readonly string[];
  /** What the agent reads on standard input; nothing without it. Never set where there is `steering`. */
  readonly stdinFile: string | undefined;
};

/** The CLI as a person uses it, in the workspace. */
export type Interactive = Pick<Launch, "command" | "env" | "unsetEnv">;

/** What earlier processes have used in a session; some CLIs tell the session's total alone. */
export type EarlierUse = {
  readonly sessionId: string;
  readonly usage: Usage;
  readonly costUsd: number;
};

/** Turns an agent's output into the normalised stream, one line at a time. Never throws. */
export type StreamParser = {
  /** The events of one line of standard output, without its line feed. */
  readonly push: (line: string) => readonly AgentEvent[];
  /** All that the lines so far add up to. */
  readonly report: () => StreamReport;
};

/** One thing an agent did or said; the same kinds for every CLI. */
export type AgentEvent =
  | { readonly kind: "session"; readonly sessionId: string; readonly model: string | undefined }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "thinking"; readonly text: string }
  | {
      readonly kind: "tool_started";
      readonly toolId: string;
      readonly name: string;
      /** One line for a person: the command, the file. */
      readonly summary: string;
    }
  | {
      readonly kind: "tool_ended";
      readonly toolId: string;
      readonly isError: boolean;
      readonly output: string;
    }
  /** What this process has used and cost so far, not what is new. */
  | { readonly kind: "usage"; readonly usage: Usage }
  | { readonly kind: "cost"; readonly costUsd: number }
  | { readonly kind: "permission_requested"; readonly requestId: string; readonly tool: string }
  | { readonly kind: "rate_limited"; readonly resetAtMs: number | undefined }
  | { readonly kind: "retrying"; readonly attempt: number; readonly delayMs: number }
  | { readonly kind: "error"; readonly class: FailureClass; readonly message: string }
  | { readonly kind: "result"; readonly isError: boolean; readonly text: string }
  /** A line that is not in the CLI's format; shown, never fatal. */
  | { readonly kind: "unrecognised"; readonly line: string };

export type StreamReport = {
  readonly sessionId: string | undefined;
  /** The model at work; `undefined` when the CLI does not tell. */
  readonly model: string | undefined;
  /** Of this process alone, also when it resumed a session. */
  readonly usage: Usage;
  /** Of this process alone; `undefined` when the CLI does not tell. */
  readonly costUsd: number | undefined;
  readonly failure: Failure | undefined;
  /** The final answer; `undefined` when none came. */
  readonly resultText: string | undefined;
  /** The last texts, newest last, bounded by `LAST_MESSAGES_MAX`. */
  readonly lastMessages: readonly string[];
  readonly hasOutput: boolean;
  /** The last line that is not of the CLI's known format, cut to what a person reads. */
  readonly strangeLine: string | undefined;
  /** Ids of messages that the agent has taken in, the newest `HEARD_MAX`. */
  readonly heard: readonly string[];
  /** Its last turn has ended, and no other has begun; only told where there is `steering`. */
  readonly isTurnOver: boolean;
};

/** How the process ended, from its exit record. */
export type ProcessEnd = {
  readonly exitCode: number | undefined;
  /** Name of the signal that ended it. */
  readonly signal: string | undefined;
  /** The last part of standard error, bounded. */
  readonly stderrTail: string;
};

export type AgentOutcome =
  | { readonly kind: "succeeded"; readonly summary: string }
  | { readonly kind: "failed"; readonly end: AttemptEnd; readonly failure: Failure };

export type ProbePlan = {
  /** Where the executable is not called as the adapter is. */
  readonly executable?: string;
  readonly args: readonly string[];
  /** Arguments of the configuration that go with work alone. */
  readonly leavesOut?: readonly string[];
  /** The version in the answer, or `undefined` when it is not this CLI's. */
  readonly readVersion: (stdout: string) => string | undefined;
};

/**
 * Lines for the standard input of an agent that listens while it works: first its prompt, then what
 * people say. It ends when its input ends, after it has worked off every line that came before.
 */
export type Steering = {
  /** Says `text`; with the same id twice, it is said once. `StreamReport.heard` tells that it was. */
  readonly message: (text: string, messageId: string) => string;
  /** Ends the turn at work, if there is one; a message follows, and is what it goes on with. */
  readonly interrupt: (requestId: string) => string;
};
