import type { AttemptCommand, Command, DispatchCommand, HumanCommand } from "../commands.ts";
import { decide } from "../decide.ts";
import { eventsOrThrow } from "../decision.ts";
import type { Event, TaskDefinition } from "../events.ts";
import { evolveAll } from "../evolve.ts";
import type { Failure, FailureClass } from "../failure.ts";
import { STANDING_RUN } from "../run.ts";
import { EMPTY_STATE, latestAttempt, type State } from "../state.ts";
import { aDefinition, aFailure, NOTHING_SPENT } from "./builders.ts";

/** A command that is made when its turn comes, from what is so by then. */
export type Step = (state: State) => Command;

/** The same for what a node reports. */
export type Report = (state: State) => Command & AttemptCommand;

export const NOW_MS = 1_000;

/** The state after these steps; throws when one is refused. */
export function after(...steps: readonly Step[]): State {
  return from(EMPTY_STATE, ...steps);
}

/** The state that these steps make of `start`. */
export function from(start: State, ...steps: readonly Step[]): State {
  return steps.reduce((state, step) => evolveAll(state, eventsOf(state, step)), start);
}

/** What follows from a step that is accepted. */
export function eventsOf(state: State, step: Step): readonly Event[] {
  return eventsOrThrow(decide(state, step(state)));
}

/** The step, taken at another time. */
export function at(nowMs: number, step: Step): Step {
  return (state) => ({ ...step(state), nowMs });
}

/** Adds tasks to the standing run, given whole or by id. */
export function add(...tasks: readonly (TaskDefinition | string)[]): Step {
  const whole = tasks.map((task) => (typeof task === "string" ? aDefinition({ id: task }) : task));
  return () => ({ type: "add_tasks", runId: STANDING_RUN, tasks: whole, nowMs: NOW_MS });
}

/** Places what is ready on a roomy node. */
export function assign(given: Partial<Extract<DispatchCommand, { type: "assign" }>> = {}): Step {
  const nodes = [{ id: "node", capacity: 100, agents: ["script"] }];
  return () => ({ type: "assign", nodes, agentLimits: {}, nowMs: NOW_MS, ...given });
}

export function unpark(): Step {
  return () => ({ type: "unpark", nowMs: NOW_MS });
}

export function prepare(taskId = "task"): Report {
  const place = { workspacePath: `/worktrees/${taskId}`, baseCommit: "base" };
  const session = { sessionId: "session", resumesSession: false };
  return ofAttempt(taskId, { type: "prepare_attempt", ...place, ...session });
}

export function start(taskId = "task"): Report {
  return ofAttempt(taskId, { type: "start_attempt", pid: 4711 });
}

export function giveBack(taskId = "task", jitter = 0): Report {
  return ofAttempt(taskId, { type: "return_attempt", reason: "The disk is full.", jitter });
}

/** A person wants it otherwise. */
export function goOn(taskId = "task"): Report {
  return ofAttempt(taskId, { type: "return_attempt", reason: "Wait.", jitter: 0, byHuman: true });
}

/** Its agent has taken these in. */
export function hear(taskId: string, ...heard: readonly string[]): Report {
  return ofAttempt(taskId, { type: "report_attempt", spending: NOTHING_SPENT, heard });
}

export function report(taskId = "task", spending = NOTHING_SPENT): Report {
  return ofAttempt(taskId, { type: "report_attempt", spending });
}

export function finish(taskId = "task"): Report {
  const summary = { diffStat: "1 file changed", lastMessages: ["Done."] };
  const commit = `work-of-${taskId}`;
  return ofAttempt(taskId, { type: "finish_attempt", commit, summary, spending: NOTHING_SPENT });
}

export function accept(taskId = "task"): Report {
  return ofAttempt(taskId, { type: "accept_attempt", evidence: [] });
}

/** Ends the latest attempt with a failure, given by its class or whole. */
export function end(taskId: string, given: FailureClass | Failure, jitter = 0): Report {
  const failure = typeof given === "string" ? aFailure({ class: given }) : given;
  const kept = { evidence: [], commit: undefined, summary: undefined, spending: NOTHING_SPENT };
  return ofAttempt(taskId, { type: "end_attempt", end: "failed", failure, jitter, ...kept });
}

export function merge(taskId = "task"): Step {
  return (state) => {
    const epoch = epochOf(state, taskId);
    return { type: "complete_merge", taskId, epoch, mergedCommit: "merged", nowMs: NOW_MS };
  };
}

export function reject(taskId = "task", failureClass: FailureClass = "merge_conflict"): Step {
  const failure = aFailure({ class: failureClass, message: "Both changed it." });
  return (state) => {
    const ids = { taskId, epoch: epochOf(state, taskId), nowMs: NOW_MS };
    return { type: "reject_merge", ...ids, failure, evidence: [], jitter: 0 };
  };
}

export function defer(taskId = "task", reason = "The branch is dirty."): Step {
  return (state) => {
    const epoch = epochOf(state, taskId);
    return { type: "defer_merge", taskId, epoch, reason, nowMs: NOW_MS };
  };
}

type Dependents = Extract<HumanCommand, { type: "cancel_task" }>["dependents"];

export function cancel(taskId = "task", dependents: Dependents = "wait"): Step {
  return () => ({ type: "cancel_task", taskId, dependents, nowMs: NOW_MS });
}

export function abandon(taskId = "task", dependents: Dependents = "wait"): Step {
  return () => ({ type: "abandon_task", taskId, dependents, nowMs: NOW_MS });
}

export function retry(taskId = "task", note?: string): Step {
  return () => ({ type: "retry_task", taskId, note, nowMs: NOW_MS });
}

export function extend(taskId = "task", byMs = 1_000): Step {
  return () => ({ type: "extend_timeout", taskId, byMs, nowMs: NOW_MS });
}

export function timeOut(taskId = "task"): Step {
  return () => ({ type: "time_out_now", taskId, nowMs: NOW_MS });
}

export function send(taskId = "task", text = "Use the v2 API."): Step {
  return () => ({ type: "send_message", taskId, text, interrupts: false, nowMs: NOW_MS });
}

export function interrupt(taskId = "task", text = "Stop that."): Step {
  return () => ({ type: "send_message", taskId, text, interrupts: true, nowMs: NOW_MS });
}

export function pause(taskId = "task"): Step {
  return () => ({ type: "pause_task", taskId, nowMs: NOW_MS });
}

export function resume(taskId = "task"): Step {
  return () => ({ type: "resume_task", taskId, nowMs: NOW_MS });
}

export function replace(taskId: string, task: TaskDefinition): Step {
  return () => ({ type: "replace_task", taskId, task, nowMs: NOW_MS });
}

export function archive(taskIds: readonly string[], endedBeforeMs = NOW_MS): Step {
  return () => ({ type: "archive_tasks", taskIds, endedBeforeMs, nowMs: endedBeforeMs });
}

/** From assignment to a running process. */
export function run(taskId = "task"): readonly Step[] {
  return [assign(), prepare(taskId), start(taskId)];
}

/** From assignment to checks that passed. */
export function pass(taskId = "task"): readonly Step[] {
  return [...run(taskId), finish(taskId), accept(taskId)];
}

type WithoutIds<T> = T extends unknown ? Omit<T, "attemptId" | "epoch"> : never;

/** What the node that holds the latest attempt of a task reports. */
function ofAttempt(taskId: string, command: WithoutIds<AttemptCommand>): Report {
  return (state) => {
    const task = state.tasks.get(taskId);
    const attempt = task && latestAttempt(state, task);
    const ids = { attemptId: attempt?.id ?? `${taskId}-1`, epoch: attempt?.epoch ?? 0 };
    return { ...command, ...ids, nowMs: NOW_MS };
  };
}

function epochOf(state: State, taskId: string): number {
  return state.tasks.get(taskId)?.epoch ?? 0;
}
