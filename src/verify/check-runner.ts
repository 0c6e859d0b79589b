import type { CheckEvidence } from "../core/evidence.ts";
import type { CheckSpec } from "../core/task.ts";

/** Runs checks in a workspace, by us, on a recorded commit. */
export type CheckRunner = {
  /**
   * Runs every check, in order, and returns the evidence of those that ran: it stops at the first
   * that fails. A check that cannot be started fails; nothing here throws for a failing check.
   * Every check's processes are dead when this resolves, also when `signal` aborts.
   */
  readonly run: (request: CheckRequest, signal: AbortSignal) => Promise<readonly CheckEvidence[]>;
};

export type CheckRequest = {
  readonly checks: readonly CheckSpec[];
  readonly cwd: string;
  readonly commit: string;
  readonly env: Readonly<Record<string, string>>;
  /** Full outputs are kept here, one file a check. */
  readonly outputFolder: string;
  /** What the built-in checks look at. */
  readonly facts: BuiltinFacts;
};

export type BuiltinFacts = {
  readonly exitCode: number | undefined;
  /** Whether the agent has said by a file that it is done; how its process ended is then nothing. */
  readonly saidDone?: boolean;
  readonly leftovers: readonly string[];
  readonly hasChanges: boolean;
};
