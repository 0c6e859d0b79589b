import type { AgentAdapter, AgentConfig } from "../../agents/adapter.ts";
import type { Processes } from "../../agents/processes.ts";
import type { Attempt } from "../../core/attempt.ts";
import type { Clock } from "../../core/clock.ts";
import type { Price } from "../../core/price.ts";
import { OrchestraError } from "../../core/errors.ts";
import type { Store } from "../../store/store.ts";
import type { CheckRunner } from "../../verify/check-runner.ts";
import type { Workspaces } from "../../workspace/workspace.ts";
import type { Bus } from "../bus.ts";
import type { AttemptFolders } from "./attempt-folders.ts";

/** What a node works with. */
export type NodeDeps = {
  readonly nodeId: string;
  readonly store: Store;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly processes: Processes;
  readonly workspaces: Workspaces;
  readonly checks: CheckRunner;
  /** The agent of this name; rejects with `UNKNOWN_AGENT`. */
  readonly agent: (name: string) => Promise<Agent>;
  /** The environment that agents inherit. */
  readonly env: Readonly<Record<string, string>>;
  readonly folders: AttemptFolders;
  readonly newSessionId: () => string;
  /** In [0, 1). */
  readonly random: () => number;
  /** Told of what went wrong at a loop's edge; the loop goes on. */
  readonly onProblem: (doing: string, error: unknown) => void;
};

export type Agent = {
  readonly adapter: AgentAdapter;
  readonly config: AgentConfig;
  /** The words around each prompt that begins a session. */
  readonly promptTemplate?: string | undefined;
  /** What a model's tokens cost, as far as that is known here. */
  readonly priceOf?: (model: string) => Price | undefined;
};

/** Aborts never. */
export const NEVER: AbortSignal = new AbortController().signal;

/** How long a process group has between being asked and being killed. */
export const TERMINATION_GRACE_MS = 10_000;

/**
 * Ends everything an attempt started. Throws while something of it cannot be proven dead: the
 * attempt then keeps its slot and its workspace, and the node tries again.
 */
export async function endProcesses(
  deps: NodeDeps,
  attempt: Attempt,
  graceMs: number,
): Promise<void> {
  const { isProvenDead } = await deps.processes.terminate(deps.folders.path(attempt.id), graceMs);
  if (isProvenDead) return;
  throw new OrchestraError(
    "INTERNAL",
    `Processes of attempt ${attempt.id} could not be ended; its workspace is not used again before they are. Look for them with ps.`,
  );
}

/** What every write of an attempt carries. */
export function idsOf(
  deps: NodeDeps,
  attempt: Attempt,
): { nowMs: number; attemptId: string; epoch: number } {
  return { nowMs: deps.clock.nowMs(), attemptId: attempt.id, epoch: attempt.epoch };
}
