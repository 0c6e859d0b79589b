import type { Attempt } from "../attempt.ts";
import type { Task } from "../task.ts";
import type { Usage } from "../usage.ts";
import { toldUsage } from "./told-usage.ts";

/** What the machine tells of an attempt's process; of another machine's, nothing. */
export type Sighting = {
  readonly process: "running" | "ended" | "unknown";
  readonly lastOutputAtMs: number | undefined;
};

/** An attempt that holds a slot, as it is now. */
export type AtWork = Sighting & {
  readonly taskId: string;
  readonly title: string;
  readonly attempt: number;
  readonly agent: string;
  readonly step: WorkStep;
  readonly pid: number | undefined;
  readonly sinceMs: number;
  /** `undefined` when the agent has not told; not the same as none. */
  readonly usage: Usage | undefined;
  readonly costUsd: number | undefined;
  /** Whether the cost was reckoned from the tokens. */
  readonly costIsEstimated?: boolean | undefined;
  readonly branch: string;
  readonly workspacePath: string | undefined;
};

/** `ended`: its process has, and nobody has taken that up yet. */
export type WorkStep = "starting" | "working" | "ended" | "checks" | "stopping" | "pausing";

/** `undefined` when its task has gone meanwhile. */
export function atWork(
  attempt: Attempt,
  task: Pick<Task, "state" | "title" | "pausedAtMs"> | undefined,
  sighting: Sighting,
): AtWork | undefined {
  if (!task) return undefined;
  return {
    taskId: attempt.taskId,
    title: task.title,
    attempt: attempt.number,
    agent: attempt.agent,
    step: stepOf(attempt, task, sighting),
    pid: attempt.pid,
    sinceMs: attempt.startedAtMs ?? attempt.queuedAtMs,
    usage: toldUsage(attempt.usage),
    costUsd: attempt.costUsd,
    ...(attempt.costIsEstimated ? { costIsEstimated: true } : {}),
    branch: attempt.branch,
    workspacePath: attempt.workspacePath,
    ...sighting,
  };
}

function stepOf(
  attempt: Attempt,
  { state, pausedAtMs }: Pick<Task, "state" | "pausedAtMs">,
  { process }: Sighting,
): WorkStep {
  if (attempt.isStopping) return "stopping";
  if (state === "awaiting_qa") return "checks";
  if (process === "ended") return "ended";
  if (pausedAtMs !== undefined) return "pausing";
  return attempt.state === "running" ? "working" : "starting";
}
