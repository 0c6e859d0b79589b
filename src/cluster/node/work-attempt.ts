import type { Attempt } from "../../core/attempt.ts";
import { OrchestraError } from "../../core/errors.ts";
import type { Task } from "../../core/task.ts";
import { execute } from "../../store/execute.ts";
import { endProcesses, TERMINATION_GRACE_MS, type NodeDeps } from "./deps.ts";
import { finishAttempt } from "./finish-attempt.ts";
import { launchAttempt } from "./launch-attempt.ts";
import { watchAttempt, type AttemptSignals } from "./watch-attempt.ts";

/**
 * One attempt from wherever it stands to its end: prepared, started, watched, finished. Every step
 * is safe to repeat, so after a crash the same walk through what is on record adopts the agent.
 */
export async function workAttempt(
  deps: NodeDeps,
  attempt: Attempt,
  signals: AttemptSignals,
): Promise<void> {
  const task = await deps.store.task(attempt.taskId);
  if (!task) throw new OrchestraError("TASK_NOT_FOUND", `There is no task ${attempt.taskId}.`);

  const launched = await launchOrGiveUp(deps, task, attempt, signals);
  if (!launched) return;
  const life = await watchAttempt(deps, task, launched, signals);
  if (life.kind === "left") return;
  await finishAttempt(deps, task, launched, life, signals.leave);
}

/** `undefined` when the attempt did not come to a start, which is then on record. */
async function launchOrGiveUp(
  deps: NodeDeps,
  task: Task,
  attempt: Attempt,
  signals: AttemptSignals,
): Promise<Attempt | undefined> {
  try {
    if (attempt.isStopping) return await prepared(deps, attempt);
    return await launchAttempt(deps, task, attempt, AbortSignal.any(Object.values(signals)));
  } catch (error) {
    if (signals.leave.aborted) return undefined;
    await giveUp(deps, attempt, error, signals);
    return undefined;
  }
}

/** An attempt that is to stop: it has something to finish only if it came as far as a workspace. */
async function prepared(deps: NodeDeps, attempt: Attempt): Promise<Attempt | undefined> {
  if (attempt.workspacePath !== undefined) return attempt;
  await end(deps, attempt, "It was stopped before it started.");
  return undefined;
}

async function giveUp(
  deps: NodeDeps,
  attempt: Attempt,
  error: unknown,
  signals: AttemptSignals,
): Promise<void> {
  await endProcesses(deps, attempt, TERMINATION_GRACE_MS);
  if (signals.stop.aborted) return end(deps, attempt, "It was stopped before it started.");

  const message = error instanceof Error ? error.message : String(error);
  if (signals.halt.aborted || isPassing(error)) {
    const { id, epoch } = attempt;
    const jitter = signals.halt.aborted ? 0 : deps.random();
    const nowMs = deps.clock.nowMs();
    const type = "return_attempt";
    await execute(deps.store, { type, nowMs, attemptId: id, epoch, reason: message, jitter });
    return;
  }
  const isMissing = error instanceof OrchestraError && error.code === "AGENT_UNUSABLE";
  await end(deps, attempt, message, isMissing ? "missing_executable" : "unknown");
}

/** Trouble of the machine, which costs the task nothing. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof OrchestraError)) return false;
  return ["NO_SPACE", "STORE_UNAVAILABLE", "READ_ONLY"].includes(error.code);
}

async function end(
  deps: NodeDeps,
  attempt: Attempt,
  message: string,
  failureClass: "cancelled" | "missing_executable" | "unknown" = "cancelled",
): Promise<void> {
  await execute(deps.store, {
    type: "end_attempt",
    nowMs: deps.clock.nowMs(),
    attemptId: attempt.id,
    epoch: attempt.epoch,
    end: failureClass === "cancelled" ? "cancelled" : "failed",
    failure: { class: failureClass, message },
    evidence: [],
    commit: undefined,
    summary: undefined,
    spending: { sessionId: attempt.sessionId, usage: attempt.usage, costUsd: attempt.costUsd },
    jitter: deps.random(),
  });
}
