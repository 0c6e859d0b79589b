import { isLive } from "../../core/attempt.ts";
import { latestAttempt } from "../../core/state.ts";
import { TASK_STATES, type Task, type TaskState } from "../../core/task.ts";
import type { BlackboardReader, MergeEntry, TaskFilter } from "../store.ts";
import type { Blackboard } from "./blackboard.ts";
import { byRank } from "./part-of.ts";

/** Answers questions from the state in memory. */
export function memoryReader(board: Blackboard): BlackboardReader {
  return {
    run: async (id) => board.state.runs.get(id),
    task: async (id) => board.state.tasks.get(id),
    taskIdsWithPrefix: async (prefix, limit) =>
      [...board.state.tasks.keys()]
        .filter((id) => id.startsWith(prefix))
        .toSorted()
        .slice(0, limit),
    tasks: async (filter) => tasks(board, filter),
    countTasks: async () => countTasks(board),
    attemptsOf: async (taskId) =>
      [...board.state.attempts.values()]
        .filter((attempt) => attempt.taskId === taskId)
        .toSorted((a, b) => a.number - b.number),
    liveAttempts: async (nodeId) =>
      [...board.state.attempts.values()].filter(
        (attempt) => isLive(attempt.state) && (nodeId === undefined || attempt.nodeId === nodeId),
      ),
    openInterrupts: async (limit) =>
      [...board.state.interrupts.values()]
        .filter((interrupt) => interrupt.closedAtMs === undefined)
        .toSorted((a, b) => a.openedAtMs - b.openedAtMs || (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    mergeQueue: async (limit) => mergeQueue(board).slice(0, limit),
    nextDueMs: async () =>
      [...board.state.tasks.values()]
        .flatMap((task) => (task.parkedUntilMs === undefined ? [] : Math.ceil(task.parkedUntilMs)))
        .toSorted((a, b) => a - b)[0],
    events: async (runId, afterSeq, limit) =>
      (board.events.get(runId) ?? []).slice(afterSeq, afterSeq + limit),
    eventsOfTask: async (taskId) =>
      [...board.events.values()]
        .flat()
        .filter((event) => "taskId" in event && event.taskId === taskId),
    lastSeq: async (runId) => board.events.get(runId)?.length ?? 0,
  };
}

function tasks(board: Blackboard, filter: TaskFilter): Task[] {
  return [...board.state.tasks.values()]
    .filter((task) => filter.states === undefined || filter.states.includes(task.state))
    .toSorted(filter.newestFirst ? newestFirst : byRank)
    .slice(0, filter.limit);
}

function newestFirst(a: Task, b: Task): number {
  return b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1);
}

function countTasks(board: Blackboard): Record<TaskState, number> {
  const all = [...board.state.tasks.values()];
  const entries = TASK_STATES.map(
    (state) => [state, all.filter((task) => task.state === state).length] as const,
  );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TASK_STATES is every state.
  return Object.fromEntries(entries) as Record<TaskState, number>;
}

function mergeQueue(board: Blackboard): MergeEntry[] {
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
