import type { ProcessHolder } from "../core/lease.ts";

/**
 * Runs an agent's processes so that they outlive us and can be recognised again. Everything about
 * one attempt's processes is in its folder; nothing is kept in memory that a restart would miss.
 */
export type Processes = {
  /**
   * Starts the command in a process group of its own, with its streams in files of the folder.
   * Safe to repeat: of any number of starts with one folder, at most one ever runs the command.
   * Throws an `OrchestraError` with `AGENT_UNUSABLE` when the executable is missing.
   */
  readonly start: (request: StartRequest) => Promise<void>;
  /** What is so now: told from the folder and the operating system alone. */
  readonly inspect: (folder: string) => Promise<ProcessState>;
  /** What was noted at the start; `undefined` when nothing was started. */
  readonly noteOf: (folder: string) => Promise<string | undefined>;
  /**
   * Ends the whole group: asks, waits `graceMs`, kills, then looks for processes that left the
   * group. Resolves when all are proven dead; safe to repeat; a group already dead is no error.
   */
  readonly terminate: (folder: string, graceMs: number) => Promise<Termination>;
  /** This process, as a holder of leases. */
  readonly self: () => Promise<ProcessHolder>;
  /** Whether the process of `holder` lives; `unknown` when it is on another host. */
  readonly isAlive: (holder: ProcessHolder) => Promise<"alive" | "dead" | "unknown">;
};

export type StartRequest = {
  /** The attempt's folder, which exists. */
  readonly folder: string;
  readonly command: readonly string[];
  readonly cwd: string;
  /** The whole environment of the agent. */
  readonly env: Readonly<Record<string, string>>;
  /** What it reads on standard input; nothing without it. */
  readonly stdinFile: string | undefined;
  /** Whether it goes on to read what is appended to that file, up to an empty line. */
  readonly followsStdin?: boolean;
  /** One line, which is there for whoever finds the process. */
  readonly note: string;
};

export type ProcessState =
  /** Nothing was ever started from this folder. */
  | { readonly kind: "not_started" }
  | { readonly kind: "running"; readonly pid: number }
  | {
      readonly kind: "exited";
      readonly exitCode: number | undefined;
      readonly signal: string | undefined;
      readonly endedAtMs: number;
    }
  /** It was started and is dead, and nobody saw how. */
  | { readonly kind: "vanished" };

export type Termination = {
  /** Processes that were still alive after the group was killed and had to be killed one by one. */
  readonly survivorsKilled: number;
  /** `false` when something could not be proven dead; the workspace must then not be reused. */
  readonly isProvenDead: boolean;
};

/** What is in an attempt's folder. */
export const ATTEMPT_FILES = {
  /** When its task was created, which tells it from one of the same name on another blackboard. */
  task: "task",
  prompt: "prompt.md",
  /** What an agent that listens is told, a line each: its prompt first, and in the end an empty one. */
  inbox: "inbox",
  stdout: "stdout",
  stderr: "stderr",
  /** What an agent's CLI says that it used. */
  usage: "usage",
  identity: "identity",
  exit: "exit",
  /** The folders from which its checks are started; those on merged work are the merge queue's. */
  checks: "checks",
  mergeChecks: "merge-checks",
} as const;
