import type { Attempt } from "../../core/attempt.ts";
import { isFenced, isPassing, OrchestraError } from "../../core/errors.ts";
import type { Message } from "../../core/message.ts";
import type { Task } from "../../core/task.ts";
import { execute } from "../../store/execute.ts";
import { endProcesses, idsOf, TERMINATION_GRACE_MS, type Agent, type NodeDeps } from "./deps.ts";
import { finishAttempt, type Over } from "./finish-attempt.ts";
import { launchAttempt, type Launched } from "./launch-attempt.ts";
import { placeOf, preparationOf, type Preparation } from "./preparation.ts";
import { recordStart } from "./record-start.ts";
import { tellHold } from "./tell-hold.ts";
import { watchAttempt, type Assignment, type AttemptSignals } from "./watch-attempt.ts";

/** What people have said to a task, as far as its node knows by now. */
export type Said = { messages: readonly Message[] };

/**
 * One attempt from wherever it stands to its end: prepared, started, watched, finished. Every step
 * is safe to repeat, so after a crash the same walk through what is on record adopts the agent.
 */
export async function workAttempt(
  deps: NodeDeps,
  { task, attempt, timeoutMs, onlyEnds = false }: Assignment,
  signals: AttemptSignals,
  said: Said = { messages: task.messages ?? [] },
): Promise<void> {
  const launched = await launchOrGiveUp(deps, task, attempt, signals);
  if (!launched) return;
  const agent = await agentOrGiveUp(deps, attempt, signals);
  if (!agent) return;
  const start = recordStart(deps, launched.starting);
  if (onlyEnds) {
    await start.now();
    // Somebody has begun to work it since it was looked at, and whether it is to end is for them to know.
    if (start.refused.aborted || start.failed.aborted) return;
  }
  const stop = AbortSignal.any([signals.stop, start.refused]);
  const leave = AbortSignal.any([signals.leave, start.failed]);

  const watched = { ...signals, stop, leave };
  const saidLater = (): readonly Message[] =>
    said.messages.filter(({ id }) => !launched.messageIds.includes(id));
  const watching = { task, attempt: launched.attempt, agent, timeoutMs, onlyEnds, saidLater };
  const life = await watchAttempt(deps, watching, watched).catch(async (error) => {
    // Whoever takes the attempt next would have its own record of the start refused; or makes it.
    await start.now().catch(() => undefined);
    throw error;
  });
  const recording = start.now();
  recording.catch(() => undefined);
  // What a person takes away need not be proven.
  const broken = AbortSignal.any([signals.leave, stop]);
  const isOver =
    life.kind !== "left" &&
    !(onlyEnds && hasEndedByItself(life)) &&
    (await finishOrStandAside(deps, task, launched.attempt, life, broken));
  try {
    await recording;
  } catch (error) {
    await afterTrouble(deps, attempt, error, signals);
  }
  // Not before its end is on record: until then, whoever takes it up reads all of it again.
  if (isOver) await deps.folders.cutOutput(attempt.id);
}

function hasEndedByItself({ kind }: Over): boolean {
  return kind === "ended" || kind === "signalled" || kind === "vanished";
}

async function finishOrStandAside(
  deps: NodeDeps,
  task: Task,
  attempt: Attempt,
  life: Over,
  broken: AbortSignal,
): Promise<boolean> {
  try {
    return await finishAttempt(deps, task, attempt, life, broken);
  } catch (error) {
    await standAside(deps, attempt, error);
    return true;
  }
}

/**
 * A later attempt has the workspace, and the work of this one was kept before. If the blackboard
 * does not know of the later one, it was put back to an earlier time, and comes to it again.
 */
async function standAside(deps: NodeDeps, attempt: Attempt, error: unknown): Promise<void> {
  if (!isFenced(error)) throw error;
  await end(deps, attempt, error.message, "node_lost");
}

/** `undefined` when the attempt did not come to a start, which is then on record. */
async function launchOrGiveUp(
  deps: NodeDeps,
  task: Task,
  attempt: Attempt,
  signals: AttemptSignals,
): Promise<Launched | undefined> {
  try {
    if (attempt.state !== "running") await takeFolder(deps, task, attempt);
    if (attempt.isStopping) return await prepared(deps, attempt);
    return await launchAttempt(deps, task, attempt, AbortSignal.any(Object.values(signals)));
  } catch (error) {
    await afterTrouble(deps, attempt, error, signals);
    return undefined;
  }
}

/** Whatever an attempt of the same name has left there, which another blackboard knows, is not its own. */
async function takeFolder(deps: NodeDeps, task: Task, attempt: Attempt): Promise<void> {
  if (await deps.folders.take(attempt.id, task.createdAtMs)) return;
  await endProcesses(deps, attempt, TERMINATION_GRACE_MS);
  await deps.folders.putAside(attempt.id, task.createdAtMs);
  await deps.folders.take(attempt.id, task.createdAtMs);
}

/**
 * Who can read what the agent prints. Where nobody can, because it is not configured any more, it goes
 * on until that is put right; its end is then a failure. `undefined` when nothing is left to be read.
 */
async function agentOrGiveUp(
  deps: NodeDeps,
  attempt: Attempt,
  signals: AttemptSignals,
): Promise<Agent | undefined> {
  try {
    return await deps.agent(attempt.agent);
  } catch (error) {
    const { stop, halt, leave } = signals;
    const { kind } = await deps.processes.inspect(deps.folders.path(attempt.id));
    if (stop.aborted || halt.aborted || (kind !== "running" && !isPassing(error))) {
      await giveUp(deps, attempt, error, signals);
      return undefined;
    }
    if (leave.aborted) return undefined;
    throw error;
  }
}

/** Its agent was not started, or that cannot be put on record. */
async function afterTrouble(
  deps: NodeDeps,
  attempt: Attempt,
  error: unknown,
  signals: AttemptSignals,
): Promise<void> {
  if (signals.leave.aborted) return;
  if (isPassing(error) && (await goesOn(deps, attempt, signals))) throw error;
  await giveUp(deps, attempt, error, signals);
}

/** Whether its agent is at work, and only the record of that has to wait for the machine. */
async function goesOn(
  { processes, folders }: NodeDeps,
  { id }: Attempt,
  { stop, halt }: AttemptSignals,
): Promise<boolean> {
  if (stop.aborted || halt.aborted) return false;
  return (await processes.inspect(folders.path(id))).kind !== "not_started";
}

/** An attempt that is to stop: it has something to finish only if it came as far as a workspace. */
async function prepared(deps: NodeDeps, attempt: Attempt): Promise<Launched | undefined> {
  const preparation = (await preparationOf(deps, attempt)) ?? (await endLateStart(deps, attempt));
  if (preparation)
    return { attempt: { ...attempt, ...placeOf(preparation) }, starting: [], messageIds: [] };
  await end(deps, attempt, "It was stopped before it started.");
  return undefined;
}

/**
 * The order to start may have outlived the node that gave it. From now on it finds the folder taken;
 * if it was faster, its note tells what it was prepared with.
 */
async function endLateStart(deps: NodeDeps, attempt: Attempt): Promise<Preparation | undefined> {
  await endProcesses(deps, attempt, TERMINATION_GRACE_MS);
  return preparationOf(deps, attempt);
}

async function giveUp(
  deps: NodeDeps,
  attempt: Attempt,
  error: unknown,
  signals: AttemptSignals,
): Promise<void> {
  await endProcesses(deps, attempt, TERMINATION_GRACE_MS);
  if (signals.stop.aborted) return end(deps, attempt, "It was stopped.");

  const message = error instanceof Error ? error.message : String(error);
  if (signals.halt.aborted || isPassing(error)) {
    const why = { reason: message, jitter: deps.random(), byHuman: signals.halt.aborted };
    await execute(deps.store, { type: "return_attempt", ...idsOf(deps, attempt), ...why });
    return;
  }
  const isMissing = error instanceof OrchestraError && error.code === "AGENT_UNUSABLE";
  await end(deps, attempt, message, isMissing ? "missing_executable" : "unknown");
}

const ENDS = {
  cancelled: "cancelled",
  missing_executable: "failed",
  unknown: "failed",
  node_lost: "lost",
} as const;

async function end(
  deps: NodeDeps,
  attempt: Attempt,
  message: string,
  failureClass: keyof typeof ENDS = "cancelled",
): Promise<void> {
  const failure = { class: failureClass, message };
  tellHold(deps, attempt, failure, { hasRun: false });
  await execute(deps.store, {
    type: "end_attempt",
    ...idsOf(deps, attempt),
    end: ENDS[failureClass],
    failure,
    evidence: [],
    commit: undefined,
    summary: undefined,
    spending: {
      sessionId: attempt.sessionId,
      usage: attempt.usage,
      costUsd: attempt.costUsd,
      costIsEstimated: attempt.costIsEstimated,
    },
    jitter: deps.random(),
  });
}
