import { isLive } from "../attempt.ts";
import type { NodeOffer } from "../commands.ts";
import type { Event } from "../events.ts";
import { evolve } from "../evolve.ts";
import { findCycle } from "../graph.ts";
import { unheard } from "../message.ts";
import { latestAttempt, type State } from "../state.ts";
import { hasEnded, nextTaskState, TASK_TRANSITIONS, type Task } from "../task.ts";
import { AGENT_LIMITS, NODES } from "./command-of.ts";

const MOVES = new Set(Object.values(TASK_TRANSITIONS).flatMap((moves) => Object.keys(moves)));

type Limits = {
  readonly nodes: readonly NodeOffer[];
  readonly agentLimits: Readonly<Record<string, number>>;
};

/** What is wrong with `state`, in words; nothing is. */
export function wrongsOf(
  state: State,
  limits: Limits = { nodes: NODES, agentLimits: AGENT_LIMITS },
): string[] {
  const tasks = [...state.tasks.values()];
  const cycle = findCycle(new Map(tasks.map((task) => [task.id, task.dependsOn])));
  return [
    ...(cycle ? [`these tasks wait for each other: ${cycle.join(" ")}`] : []),
    ...tasks.flatMap((task) => wrongsOfTask(state, task).map((wrong) => `${task.id}: ${wrong}`)),
    ...wrongsOfLimits(state, limits),
  ];
}

function wrongsOfTask(state: State, task: Task): string[] {
  const dependencies = task.dependsOn.map((id) => state.tasks.get(id)?.state);
  const open = dependencies.filter((one) => one !== "complete").length;
  const live = [...state.attempts.values()].filter(
    (attempt) => attempt.taskId === task.id && isLive(attempt.state),
  );
  const latest = latestAttempt(state, task);
  const isHeld = live.length === 1 && live[0] === latest && latest?.epoch === task.epoch;
  const questions = [...state.interrupts.values()].filter(
    (interrupt) => interrupt.taskId === task.id && interrupt.closedAtMs === undefined,
  ).length;
  const isDead = dependencies.some((one) => one === "cancelled" || one === "abandoned");
  const hasBegun = ["ready", "active", "awaiting_qa", "complete"].includes(task.state);
  const passed = task.merges && latest?.state === "succeeded";
  return told({
    "it counts its open dependencies wrong": task.pendingDependencies !== open,
    "it has begun before its dependencies are complete": hasBegun && open > 0,
    "it is planned and waits for nothing": task.state === "planned" && open === 0,
    "it waits for a task that will not complete": task.state === "planned" && isDead,
    "it depends on a task twice": new Set(task.dependsOn).size < task.dependsOn.length,
    "it has more than one live attempt": live.length > 1,
    "a live attempt has lost it and goes on, or holds it and is being stopped": live.some(
      (attempt) => (attempt.epoch === task.epoch) === attempt.isStopping,
    ),
    "it is active in nobody's hands": task.state === "active" && !isHeld,
    "it is in proof in nobody's hands": task.state === "awaiting_qa" && !isHeld && !passed,
    "it may be started beside a live attempt": task.state === "ready" && live.length > 0,
    "it rests in failure": task.state === "failed",
    "it asks a person without a question": questions !== (task.state === "waiting_human" ? 1 : 0),
    "it is paused and has ended": task.pausedAtMs !== undefined && hasEnded(task.state),
    "it is parked and not ready": task.parkedUntilMs !== undefined && task.state !== "ready",
    "it goes on after its last retry":
      task.failureCount > task.limits.maxRetries && ["ready", "active"].includes(task.state),
    "it has an end without having ended":
      (task.endedAtMs === undefined) ===
      ["complete", "abandoned", "cancelled"].includes(task.state),
  });
}

function wrongsOfLimits(state: State, { nodes, agentLimits }: Limits): string[] {
  const live = [...state.attempts.values()].filter((attempt) => isLive(attempt.state));
  const overloaded = nodes.filter(
    (node) => live.filter((attempt) => attempt.nodeId === node.id).length > node.capacity,
  );
  const beyond = Object.entries(agentLimits).filter(
    ([agent, limit]) => live.filter((attempt) => attempt.agent === agent).length > limit,
  );
  return [
    ...overloaded.map((node) => `node ${node.id} runs more than it can`),
    ...beyond.map(([agent]) => `agent ${agent} runs more often than it may`),
  ];
}

/** What only the holder of a task may say of it. */
const TOLD_BY_HOLDER: ReadonlySet<Event["type"]> = new Set<Event["type"]>([
  "attempt_prepared",
  "attempt_started",
  "attempt_returned",
  "attempt_reported",
  "attempt_finished",
  "attempt_succeeded",
]);

/** What is wrong with the way these events lead on from `before`, each taken by itself. */
export function wrongsOfWay(before: State, events: readonly Event[]): string[] {
  let state = before;
  return events.flatMap((event) => {
    const next = evolve(state, event);
    const wrongs = wrongsOfStep(state, event, next).map((wrong) => `${event.type}: ${wrong}`);
    state = next;
    return wrongs;
  });
}

function wrongsOfStep(before: State, event: Event, after: State): string[] {
  if (event.type === "run_created") return [];
  if (event.type === "tasks_archived") return wrongsOfArchive(before, event, after);
  const [was, is] = [before.tasks.get(event.taskId), after.tasks.get(event.taskId)];
  if (event.type === "task_added") return told({ "it is added twice": was !== undefined });
  if (!was || !is) return ["it is about a task that is not there"];

  const attempt = before.attempts.get(attemptOf(event) ?? "");
  const dependencies = was.dependsOn.map((id) => before.tasks.get(id)?.state);
  return told({
    "it touches another task": isOtherTouched(before.tasks, after.tasks, event.taskId),
    "it touches another attempt": isOtherTouched(before.attempts, after.attempts, attemptOf(event)),
    "it costs a retry, and nothing has failed":
      is.failureCount > was.failureCount && event.type !== "task_failed",
    "it takes time from a task":
      event.type === "task_timeout_set" && event.timeoutMs < was.limits.timeoutMs,
    "its task does not keep the time that it is given":
      event.type === "task_timeout_set" && is.limits.timeoutMs !== event.timeoutMs,
    "it gives time to what is being stopped":
      event.type === "attempt_timeout_set" && attempt?.isStopping === true,
    "it moves a task as the table does not": movesIllegally(was, event),
    "it is told in another run than its task's": event.runId !== was.runId,
    "it lowers an epoch": is.epoch < was.epoch,
    "it touches a completed task": was.state === "complete" && event.type !== "dependency_archived",
    "it starts before a dependency is complete":
      event.type === "attempt_assigned" && dependencies.some((one) => one !== "complete"),
    "it starts while it is paused":
      event.type === "attempt_assigned" && was.pausedAtMs !== undefined,
    "it completes over something that was not heard":
      event.type === "task_completed" && unheard(was).length > 0,
    "a message is lost before it is heard": unheard(was).some(
      ({ id }) => !is.messages?.some((one) => one.id === id),
    ),
    "it is about an attempt that is over":
      attempt !== undefined && event.type !== "attempt_rejected" && !isLive(attempt.state),
    "it is told by who has lost the task":
      attempt !== undefined && TOLD_BY_HOLDER.has(event.type) && attempt.epoch !== was.epoch,
    "it asks in words that were used before":
      event.type === "task_escalated" && before.interrupts.has(event.interruptId),
  });
}

function attemptOf(event: Event): string | undefined {
  return "attemptId" in event ? event.attemptId : undefined;
}

/** Whether what is known of anything but `id` is another now. */
function isOtherTouched(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
  id: string | undefined,
): boolean {
  for (const [other, was] of before) if (other !== id && after.get(other) !== was) return true;
  return false;
}

function wrongsOfArchive(
  before: State,
  { taskIds, runId }: Extract<Event, { type: "tasks_archived" }>,
  after: State,
): string[] {
  const leaving = taskIds.map((id) => before.tasks.get(id));
  const parts = [...after.attempts.values(), ...after.interrupts.values()];
  return told({
    "it takes a task that is not there": leaving.includes(undefined),
    "it takes a task of another run": leaving.some((task) => task?.runId !== runId),
    "it takes a task that may go on": leaving.some((task) => task && !hasEnded(task.state)),
    "it takes a task whose processes may be alive": [...before.attempts.values()].some(
      (attempt) => isLive(attempt.state) && taskIds.includes(attempt.taskId),
    ),
    "it leaves something of a task": parts.some(({ taskId }) => !after.tasks.has(taskId)),
  });
}

/** The end of an attempt that has lost its task says nothing about the task. */
function movesIllegally(task: Task, event: Event): boolean {
  return MOVES.has(event.type) && nextTaskState(task.state, event.type) === undefined;
}

function told(wrongs: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(wrongs).flatMap(([wrong, isSo]) => (isSo ? [wrong] : []));
}
