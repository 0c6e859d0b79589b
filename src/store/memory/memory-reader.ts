import { isLive } from "../../core/attempt.ts";
import type { RecordedEvent } from "../../core/events.ts";
import { PAUSE_END_MS } from "../../core/schedule.ts";
import { attemptsAt, countTasks, latestAttempt } from "../../core/state.ts";
import type { Task } from "../../core/task.ts";
import type { BlackboardReader, MergeEntry, TaskFilter } from "../store.ts";
import type { Contents } from "./blackboard.ts";
import { byRank, dueParked } from "./part-of.ts";

/** Answers questions from the state in memory that `look` returns. */
export function memoryReader(look: () => Contents): BlackboardReader {
  return {
    runs: async () => [...look().state.runs.values()].toSorted((a, b) => compare(a.id, b.id)),
    run: async (id) => look().state.runs.get(id),
    task: async (id) => look().state.tasks.get(id),
    tasksById: async (ids) => tasksById(look(), ids),
    tasksAfter: async (afterId, limit) =>
      [...look().state.tasks.values()]
        .filter(({ id }) => id > afterId)
        .toSorted((a, b) => compare(a.id, b.id))
        .slice(0, limit),
    taskIdsWithPrefix: async (prefix, limit) =>
      [...look().state.tasks.keys()]
        .filter((id) => id.startsWith(prefix))
        .toSorted()
        .slice(0, limit),
    tasks: async (filter) => tasks(look(), filter),
    parkedTasks: async (limit) => dueParked(look().state, { nowMs: PAUSE_END_MS - 1, limit }),
    countTasks: async () => countTasks(look().state),
    attemptsOf: async (...taskIds) =>
      [...new Set(taskIds)].toSorted().flatMap((id) => attemptsAt(look().state, id)),
    liveAttempts: async (nodeId) =>
      [...look().state.attempts.values()].filter(
        (attempt) => isLive(attempt.state) && (nodeId === undefined || attempt.nodeId === nodeId),
      ),
    openInterrupts: async (limit) =>
      [...look().state.interrupts.values()]
        .filter((interrupt) => interrupt.closedAtMs === undefined)
        .toSorted((a, b) => a.openedAtMs - b.openedAtMs || compare(a.id, b.id))
        .slice(0, limit),
    mergeQueue: async (limit) => mergeQueue(look()).slice(0, limit),
    events: async (runId, afterSeq, limit) => {
      const log = look().events.get(runId) ?? [];
      const first = countUpTo(log, afterSeq);
      return log.slice(first, first + limit);
    },
    eventsOfTask: async (taskId) =>
      [...look().events.values()]
        .flat()
        .filter((event) => "taskId" in event && event.taskId === taskId),
    lastSeq: async (runId) => look().events.get(runId)?.at(-1)?.seq ?? 0,
  };
}

function tasksById({ state }: Contents, ids: readonly string[]): Map<string, Task> {
  const found = ids.flatMap((id) => state.tasks.get(id) ?? []);
  return new Map(found.map((task) => [task.id, task]));
}

/** How many events of a log have numbers up to `seq`, where some may be missing. */
function countUpTo(log: readonly RecordedEvent[], seq: number): number {
  let [first, end] = [0, Math.min(log.length, seq)];
  while (first < end) {
    const middle = (first + end) >> 1;
    if ((log[middle]?.seq ?? 0) <= seq) first = middle + 1;
    else end = middle;
  }
  return first;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function tasks(board: Contents, filter: TaskFilter): Task[] {
  return [...board.state.tasks.values()]
    .filter((task) => filter.states === undefined || filter.states.includes(task.state))
    .toSorted(filter.newestFirst ? newestFirst : byRank)
    .slice(0, filter.limit);
}

function newestFirst(a: Task, b: Task): number {
  return b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1);
}

function mergeQueue(board: Contents): MergeEntry[] {
  return [...board.state.tasks.values()]
    .filter((task) => task.state === "awaiting_qa")
    .flatMap((task) => {
      const attempt = latestAttempt(board.state, task);
      return attempt?.state === "succeeded" ? [{ task, attempt }] : [];
    })
    .toSorted(
      (a, b) =>
        (a.attempt.endedAtMs ?? 0) - (b.attempt.endedAtMs ?? 0) || (a.task.id < b.task.id ? -1 : 1),
    );
}
