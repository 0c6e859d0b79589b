import type { Event } from "./events.ts";
import { inDependencyOrder } from "./graph.ts";
import { hasEnded, type Task } from "./task.ts";

/** As much of a task as decides whether it may leave the blackboard. */
export type Archivable = Pick<Task, "id" | "state" | "endedAtMs" | "dependsOn">;

/** Whether nothing more happens to the task, and has not for long enough. */
export function isOver({ state, endedAtMs }: Archivable, endedBeforeMs: number): boolean {
  return hasEnded(state) && endedAtMs !== undefined && endedAtMs < endedBeforeMs;
}

/**
 * The tasks that may leave the blackboard, each before those that it depends on. One that will not
 * complete stays while another that stays waits for it, or did when it ended: sent back to work, that
 * one has to know.
 */
export function archivableTasks(tasks: readonly Archivable[], endedBeforeMs: number): string[] {
  const leaving = new Map(
    tasks.filter((task) => isOver(task, endedBeforeMs)).map((task) => [task.id, task]),
  );
  const staying = tasks.filter((task) => !leaving.has(task.id));
  // It grows while it is walked: what is held back holds others back.
  for (const task of staying) {
    for (const id of task.dependsOn) {
      const dependency = leaving.get(id);
      if (!dependency || dependency.state === "complete") continue;
      leaving.delete(id);
      staying.push(dependency);
    }
  }
  const graph = new Map([...leaving].map(([id, task]) => [id, among(leaving, task.dependsOn)]));
  return inDependencyOrder(graph).toReversed();
}

/**
 * A log without the events of tasks that have left since: it adds up to the same. Tasks that leave are
 * told of in one place, which only has to be kept until the next.
 */
export function compacted<E extends Event>(log: readonly E[]): E[] {
  const gone = new Map<string, number>();
  const told = new Map<string, number>();
  for (const [index, event] of log.entries()) {
    if (event.type !== "tasks_archived") continue;
    for (const id of event.taskIds) gone.set(id, index);
    told.set(event.runId, index);
  }
  return log.filter((event, index) => {
    if ("taskId" in event) return index > (gone.get(event.taskId) ?? -1);
    return event.type !== "tasks_archived" || told.get(event.runId) === index;
  });
}

function among(tasks: ReadonlyMap<string, unknown>, ids: readonly string[]): string[] {
  return ids.filter((id) => tasks.has(id));
}
