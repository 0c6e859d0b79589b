import type { RecordedEvent } from "../../core/events.ts";
import { isValidId, quoted } from "../../core/names.ts";

/** Whether events come in the order in which they can have happened. */
export type Sequence = {
  /** What is wrong with the next event, in words; `undefined` when nothing is. */
  readonly problemOf: (event: RecordedEvent) => string | undefined;
};

/**
 * A history tells run by run, each from its creation on, in the order of its numbers, and of no task
 * before it was added.
 */
export function createSequence(): Sequence {
  const runIds = new Set<string>();
  const runOf = new Map<string, string>();
  let last: RecordedEvent | undefined;
  return {
    problemOf: (event) => {
      const before = last;
      last = event;
      if (event.type === "run_created") {
        if (!isValidId(event.runId)) return `${quoted(event.runId)} cannot be the id of a run`;
        if (runIds.has(event.runId)) return `run ${event.runId} begins twice`;
        runIds.add(event.runId);
        return undefined;
      }
      if (event.runId !== before?.runId) return `run ${event.runId} has no beginning`;
      if (event.seq <= before.seq) return `event ${event.seq} comes after event ${before.seq}`;
      return problemOfTask(runOf, event);
    },
  };
}

function problemOfTask(
  runOf: Map<string, string>,
  event: Exclude<RecordedEvent, { type: "run_created" }>,
): string | undefined {
  if (!("taskId" in event)) return undefined;
  const { taskId, runId } = event;
  // Folders and branches are named by these.
  if (!isOwnId(event)) return `an id of task ${quoted(taskId)} cannot be one`;
  if (event.type === "task_added") {
    if (runOf.has(taskId)) return `task ${taskId} is added twice`;
    runOf.set(taskId, runId);
    return undefined;
  }
  return runOf.get(taskId) === runId ? undefined : `task ${taskId} was never added to ${runId}`;
}

function isOwnId(event: Extract<RecordedEvent, { taskId: string }>): boolean {
  const { taskId } = event;
  if (!isValidId(taskId)) return false;
  if (event.type === "task_added") return event.definition.id === taskId;
  if (!("attemptId" in event)) return true;
  const { attemptId } = event;
  return attemptId.startsWith(taskId) && /^-\d+$/.test(attemptId.slice(taskId.length));
}
