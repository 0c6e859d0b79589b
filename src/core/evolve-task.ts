import type { Event, EventBody } from "./events.ts";
import { afterHearing, withMessage } from "./message.ts";
import { usageLimitEnd } from "./agent-hold.ts";
import { hasEnded, nextTaskState, type Task } from "./task.ts";

type Added = Extract<Event, { type: "task_added" }>;

/** A task as it is when it is added: `planned`, whatever follows at once. */
export function taskFromDefinition(event: Added): Task {
  return {
    ...event.definition,
    runId: event.runId,
    pendingDependencies: event.pendingDependencies,
    state: "planned",
    epoch: 0,
    attemptCount: 0,
    failureCount: 0,
    lossCount: 0,
    waitCount: 0,
    parkedUntilMs: undefined,
    waitReason: undefined,
    createdAtMs: event.atMs,
    readyAtMs: undefined,
    endedAtMs: undefined,
    failure: undefined,
    humanNote: undefined,
    commit: undefined,
    mergedCommit: undefined,
  };
}

/** What an event changes in its task: the state by the transition table, then the particulars. */
export function evolveTask(task: Task, event: Event): Task {
  const state = nextTaskState(task.state, event.type) ?? task.state;
  const changes = particulars(task, event);
  if (state === task.state && changes === NOTHING && !RAISES_EPOCH.has(event.type)) return task;
  return {
    ...task,
    ...changes,
    ...(state === task.state ? {} : entered(state, event.atMs)),
    state,
    epoch: RAISES_EPOCH.has(event.type) ? task.epoch + 1 : task.epoch,
  };
}

/** Assigning, finishing and cancelling: whatever holds an older epoch has lost the task. */
const RAISES_EPOCH: ReadonlySet<EventBody["type"]> = new Set<EventBody["type"]>([
  "attempt_assigned",
  "attempt_returned",
  "attempt_succeeded",
  "attempt_ended",
  "attempt_stopping",
  "task_escalated",
  "task_completed",
]);

/** What coming into another state says about a task, whatever brought it there. */
function entered(state: Task["state"], atMs: number): Partial<Task> {
  return {
    ...(hasEnded(state) ? { endedAtMs: atMs, pausedAtMs: undefined } : { endedAtMs: undefined }),
    ...(state === "ready" ? { readyAtMs: atMs } : { parkedUntilMs: undefined }),
    ...(WAITS.has(state) ? {} : { waitReason: undefined }),
  };
}

const WAITS: ReadonlySet<Task["state"]> = new Set(["planned", "ready", "waiting_human"]);

function particulars(task: Task, event: Event): Partial<Task> {
  switch (event.type) {
    case "task_parked":
      return { parkedUntilMs: event.untilMs, waitReason: event.reason };
    case "task_unparked":
      return { parkedUntilMs: undefined, waitReason: undefined };
    case "task_failed":
      return {
        failure: event.failure,
        ...counted(task, event.costs),
        ...usageLimits(task, event),
      };
    case "task_retried":
      return event.byHuman ? { ...FRESH, humanNote: event.note } : {};
    case "message_sent":
    case "messages_heard":
      return saidParticulars(task, event);
    case "task_paused":
      return { pausedAtMs: event.atMs };
    case "task_resumed":
      return { pausedAtMs: undefined };
    case "task_replanned":
      return { ...FRESH, humanNote: event.note };
    case "task_escalated":
      return { waitReason: event.question };
    case "merge_deferred":
      return { waitReason: event.reason };
    case "task_timeout_set":
      return { limits: { ...task.limits, timeoutMs: event.timeoutMs } };
    case "task_completed":
      return { mergedCommit: event.mergedCommit, failure: undefined };
    case "attempt_assigned":
      return { attemptCount: event.number };
    case "attempt_prepared":
      // From now on there is another to go on from, wherever this one began.
      return task.failure === undefined ? NOTHING : { failure: undefined };
    case "attempt_returned":
      return event.byHuman ? {} : { waitCount: task.waitCount + 1 };
    case "attempt_finished":
      return { commit: event.commit };
    case "attempt_succeeded":
      return { lossCount: 0, waitCount: 0 };
    default:
      return dependencyParticulars(task, event);
  }
}

function saidParticulars(
  { messages = [], messageCount = 0 }: Task,
  event: Extract<Event, { type: "message_sent" | "messages_heard" }>,
): Partial<Task> {
  if (event.type === "messages_heard") {
    return { messages: afterHearing(messages, event.messageIds) };
  }
  const { messageId: id, text, interrupts, atMs: sentAtMs } = event;
  const message = { id, text, sentAtMs, interrupts, isHeard: false };
  return { messages: withMessage(messages, message), messageCount: messageCount + 1 };
}

function dependencyParticulars(task: Task, event: Event): Partial<Task> {
  switch (event.type) {
    case "dependency_satisfied":
      return { pendingDependencies: task.pendingDependencies - 1 };
    case "dependency_dropped":
      return {
        dependsOn: task.dependsOn.filter((id) => id !== event.dependencyId),
        pendingDependencies: task.pendingDependencies - 1,
      };
    case "dependency_archived":
      return { dependsOn: task.dependsOn.filter((id) => id !== event.dependencyId) };
    case "dependency_replaced":
      return {
        dependsOn: task.dependsOn.map((id) =>
          id === event.dependencyId ? event.replacementId : id,
        ),
      };
    default:
      return NOTHING;
  }
}

const NOTHING: Partial<Task> = {};
const FRESH = {
  failureCount: 0,
  lossCount: 0,
  waitCount: 0,
  waitReason: undefined,
  usageLimits: undefined,
} as const;

function usageLimits(
  task: Task,
  { agent, failure, atMs }: Extract<Event, { type: "task_failed" }>,
): Partial<Task> {
  const untilMs = usageLimitEnd(failure, atMs);
  if (agent === undefined || untilMs === undefined) return NOTHING;
  return { usageLimits: { ...task.usageLimits, [agent]: untilMs } };
}

/** Losses and waits are counted in a row: any other failure ends the row. */
function counted(
  task: Task,
  costs: Extract<Event, { type: "task_failed" }>["costs"],
): Partial<Task> {
  switch (costs) {
    case "loss":
      return { lossCount: task.lossCount + 1 };
    case "wait":
      return { waitCount: task.waitCount + 1 };
    case "retry":
      return { failureCount: task.failureCount + 1, lossCount: 0, waitCount: 0 };
    case "human":
    case "end":
      return {};
  }
}
