import { archivableTasks } from "../archive.ts";
import { isLive, type Attempt } from "../attempt.ts";
import type { Command, NodeOffer } from "../commands.ts";
import type { TaskDefinition } from "../events.ts";
import { latestAttempt, type State } from "../state.ts";
import { hasEnded, type Task } from "../task.ts";
import { aDefinition, aFailure } from "./builders.ts";
import type { Move } from "./moves.ts";
import * as steps from "./steps.ts";

export const NODES: readonly NodeOffer[] = [
  { id: "left", capacity: 1, agents: ["script"] },
  { id: "right", capacity: 2, agents: ["script", "claude"] },
];
export const AGENT_LIMITS = { claude: 1 };

/** The command of a move in `state`, if there is anything that it could be made with. */
export function commandOf(state: State, move: Move, nowMs: number): Command | undefined {
  const given = { state, move };
  if (move.kind === "archive") return archiveCommand(given, nowMs);
  const command = dispatchCommand(given) ?? attemptCommand(given) ?? taskCommand(given);
  return command && { ...command, nowMs };
}

type Given = { readonly state: State; readonly move: Move };

/** Some of the tasks that have ended long enough ago; with a blind move, any. */
function archiveCommand({ state, move }: Given, nowMs: number): Command | undefined {
  const endedBeforeMs = nowMs - (move.pick % 1_000);
  const tasks = [...state.tasks.values()];
  const ids = move.isBlind ? [...state.tasks.keys()] : archivableTasks(tasks, endedBeforeMs);
  const taskIds = ids.slice(0, move.pick % 5);
  return taskIds.length === 0
    ? undefined
    : { type: "archive_tasks", taskIds, endedBeforeMs, nowMs };
}

function dispatchCommand({ state, move }: Given): Command | undefined {
  switch (move.kind) {
    case "add":
      return steps.add(...additions(state, move))(state);
    case "assign":
      return steps.assign({ nodes: NODES, agentLimits: AGENT_LIMITS })(state);
    case "unpark":
      return steps.unpark()(state);
    default:
      return undefined;
  }
}

function attemptCommand({ state, move }: Given): Command | undefined {
  const attempt = chosen([...state.attempts.values()], move, (one) => isTurnOf(state, one, move));
  const report = attempt && reportOf(attempt, move);
  if (!report) return undefined;
  return { ...report(state), attemptId: attempt.id, epoch: attempt.epoch - move.lag };
}

function reportOf({ taskId }: Attempt, move: Move): steps.Report | undefined {
  const resetAtMs = move.pick % 3 === 0 ? { resetAtMs: move.pick * 1_000 } : {};
  switch (move.kind) {
    case "prepare":
      return steps.prepare(taskId);
    case "start":
      return steps.start(taskId);
    case "finish":
      return steps.finish(taskId);
    case "accept":
      return steps.accept(taskId);
    case "report":
      return steps.report(taskId);
    case "giveBack":
      return move.pick % 2 === 0 ? steps.goOn(taskId) : steps.giveBack(taskId, move.jitter);
    case "hear":
      return steps.hear(taskId, `${taskId}-m1`, `${taskId}-m${move.pick % 7}`);
    case "end":
      return steps.end(taskId, aFailure({ class: move.failureClass, ...resetAtMs }), move.jitter);
    default:
      return undefined;
  }
}

function isTurnOf(state: State, attempt: Attempt, { kind }: Move): boolean {
  const isProven = state.tasks.get(attempt.taskId)?.state === "awaiting_qa";
  switch (kind) {
    case "prepare":
      return attempt.state === "queued" && !attempt.isStopping;
    case "start":
      return attempt.state === "starting" && !attempt.isStopping;
    case "finish":
      return attempt.state === "running" && !attempt.isStopping && !isProven;
    case "accept":
      return isLive(attempt.state) && isProven;
    default:
      return isLive(attempt.state);
  }
}

function taskCommand({ state, move }: Given): Command | undefined {
  const task = chosen([...state.tasks.values()], move, (one) => waitsFor(state, one, move));
  const step = task && stepOf(state, task, move);
  const command = step?.(state);
  if (command && "epoch" in command) return { ...command, epoch: command.epoch - move.lag };
  return command;
}

function stepOf(state: State, { id }: Task, move: Move): steps.Step | undefined {
  const dependents = move.pick % 2 === 0 ? "wait" : "abandon";
  switch (move.kind) {
    case "merge":
      return steps.merge(id);
    case "reject":
      return steps.reject(id, move.failureClass);
    case "defer":
      return steps.defer(id);
    case "cancel":
      return steps.cancel(id, dependents);
    case "abandon":
      return steps.abandon(id, dependents);
    case "retry":
      return steps.retry(id, "Again.");
    case "extend":
      return steps.extend(id, move.pick * 1_000);
    case "timeOut":
      return steps.timeOut(id);
    case "send":
      return steps.send(id);
    case "interrupt":
      return steps.interrupt(id);
    case "pause":
      return steps.pause(id);
    case "resume":
      return steps.resume(id);
    case "replace":
      return steps.replace(id, definition(state, `r${freeNumber(state)}`, move));
    default:
      return undefined;
  }
}

function waitsFor(state: State, task: Task, { kind }: Move): boolean {
  switch (kind) {
    case "retry":
      return task.state === "waiting_human" || (hasEnded(task.state) && task.state !== "complete");
    case "timeOut":
      return task.state === "active";
    case "replace":
      return task.state === "waiting_human";
    case "resume":
      return task.pausedAtMs !== undefined;
    case "interrupt":
      return task.state === "active";
    case "merge":
    case "reject":
    case "defer":
      return task.state === "awaiting_qa" && latestAttempt(state, task)?.state === "succeeded";
    default:
      return !hasEnded(task.state);
  }
}

/** One to three tasks, of which each may wait for the one before it. */
function additions(state: State, move: Move): TaskDefinition[] {
  const first = freeNumber(state);
  return Array.from({ length: 1 + (move.pick % 3) }, (_, index) => {
    const given = definition(state, `t${first + index}`, move);
    if (index === 0 || move.pick % 5 === 0) return given;
    return { ...given, dependsOn: [...given.dependsOn, `t${first + index - 1}`] };
  });
}

/** Higher than that of any task that is there; others may have been archived. */
function freeNumber({ tasks }: State): number {
  return 1 + Math.max(-1, ...[...tasks.keys()].map((id) => Number(id.slice(1))));
}

function definition(state: State, id: string, { pick, isBlind }: Move): TaskDefinition {
  const known = [...state.tasks.values()]
    .filter((task) => isBlind || task.state === "complete" || !hasEnded(task.state))
    .map((task) => task.id)
    .filter((_, index) => (pick >> (index % 13)) % 3 === 1);
  return aDefinition({
    id,
    dependsOn: isBlind ? [...known, ...known.slice(0, 1)] : known,
    agent: pick % 4 === 0 ? "claude" : "script",
    priority: pick % 3,
    merges: pick % 2 === 0,
    limits: { timeoutMs: 60_000, stallMs: 0, maxRetries: pick % 3 },
  });
}

function chosen<T>(all: readonly T[], move: Move, fits: (one: T) => boolean): T | undefined {
  const candidates = move.isBlind ? all : all.filter(fits);
  return candidates[move.pick % Math.max(1, candidates.length)];
}
