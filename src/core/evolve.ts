import type { Attempt } from "./attempt.ts";
import type { AttemptEvent, Event, InterruptEvent } from "./events.ts";
import { evolveAttempt } from "./evolve-attempt.ts";
import { evolveTask, taskFromDefinition } from "./evolve-task.ts";
import type { Interrupt } from "./interrupt.ts";
import type { Run } from "./run.ts";
import type { State } from "./state.ts";
import type { Task } from "./task.ts";

/** What `event` changes. Never fails: an event has happened, whatever we think of it now. */
export function evolve(state: State, event: Event): State {
  return evolveAll(state, [event]);
}

/** The same for a sequence of events, at the cost of one copy. */
export function evolveAll(state: State, events: readonly Event[]): OwnState {
  const next = copyOf(state);
  applyAll(next, events);
  return next;
}

/** A state that nobody else relies on, so that it may be changed. */
export type OwnState = {
  readonly runs: Map<string, Run>;
  readonly tasks: Map<string, Task>;
  readonly attempts: Map<string, Attempt>;
  readonly interrupts: Map<string, Interrupt>;
};

/** Its rows are shared: they are never changed, only replaced. */
export function copyOf({ runs, tasks, attempts, interrupts }: State): OwnState {
  return {
    runs: new Map(runs),
    tasks: new Map(tasks),
    attempts: new Map(attempts),
    interrupts: new Map(interrupts),
  };
}

/** What `events` change, in place: for who holds a whole blackboard, where a copy costs more than they do. */
export function applyAll(state: OwnState, events: readonly Event[]): void {
  for (const event of events) apply(state, event);
}

function apply(draft: OwnState, event: Event): void {
  if (event.type === "run_created") {
    const run = { id: event.runId, objective: event.objective, createdAtMs: event.atMs };
    draft.runs.set(run.id, run);
    return;
  }
  if (event.type === "tasks_archived") {
    archive(draft, event.runId, new Set(event.taskIds));
    return;
  }
  if (event.type === "task_added") {
    draft.tasks.set(event.taskId, taskFromDefinition(event));
    return;
  }

  const task = draft.tasks.get(event.taskId);
  if (task) draft.tasks.set(task.id, evolveTask(task, event));
  if ("attemptId" in event) applyToAttempt(draft, event);
  if ("interruptId" in event) applyToInterrupt(draft, event);
}

/**
 * The tasks go with all that belongs to them. Those of another run stay: an id may be used again, and
 * logs are also read run by run, where this comes after what was added later.
 */
function archive(draft: OwnState, fromRunId: string, taskIds: ReadonlySet<string>): void {
  for (const rows of [draft.attempts, draft.interrupts]) {
    for (const { id, taskId, runId } of rows.values()) {
      if (runId === fromRunId && taskIds.has(taskId)) rows.delete(id);
    }
  }
  for (const id of taskIds) {
    if (draft.tasks.get(id)?.runId === fromRunId) draft.tasks.delete(id);
  }
}

function applyToAttempt(draft: OwnState, event: AttemptEvent & Event): void {
  const attempt = evolveAttempt(draft.attempts.get(event.attemptId), event);
  if (attempt) draft.attempts.set(attempt.id, attempt);
}

function applyToInterrupt(draft: OwnState, event: InterruptEvent & Event): void {
  if (event.type === "task_escalated") {
    draft.interrupts.set(event.interruptId, {
      id: event.interruptId,
      taskId: event.taskId,
      runId: event.runId,
      question: event.question,
      openedAtMs: event.atMs,
      closedAtMs: undefined,
      answer: undefined,
    });
    return;
  }
  const open = draft.interrupts.get(event.interruptId);
  if (open) {
    draft.interrupts.set(open.id, { ...open, closedAtMs: event.atMs, answer: event.answer });
  }
}
