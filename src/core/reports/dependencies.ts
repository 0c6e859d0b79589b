import { hasEnded, type Task } from "../task.ts";

/** As much of a task as says what waits for what. */
export type LinkedTask = Pick<Task, "id" | "title" | "state" | "dependsOn">;

/** Tasks by id, in the order in which they are to be shown. */
export type TaskGraph = ReadonlyMap<string, LinkedTask>;

/** A task with both of its sides. */
export type Relations = LinkedTask & { readonly dependents: readonly string[] };

export function taskGraph(tasks: readonly LinkedTask[]): TaskGraph {
  return new Map(tasks.map((task) => [task.id, task]));
}

/** Who waits for each task, also for one that is not in the graph. */
export function dependentsById(graph: TaskGraph): ReadonlyMap<string, readonly string[]> {
  const dependents = new Map<string, string[]>();
  for (const { id, dependsOn } of graph.values()) {
    for (const dependency of dependsOn) {
      const waiting = dependents.get(dependency);
      if (waiting) waiting.push(id);
      else dependents.set(dependency, [id]);
    }
  }
  return dependents;
}

/** What has not ended, and what that waits for. */
export function unfinished(graph: TaskGraph): TaskGraph {
  const kept = new Set<string>();
  for (const { id, state, dependsOn } of graph.values()) {
    if (hasEnded(state)) continue;
    kept.add(id);
    for (const dependency of dependsOn) kept.add(dependency);
  }
  return only(graph, kept);
}

/** A task, all that it waits for and all that waits for it, however far. */
export function around(graph: TaskGraph, id: string): TaskGraph {
  const dependents = dependentsById(graph);
  const below = reached([id], (one) => graph.get(one)?.dependsOn ?? []);
  const above = reached([id], (one) => dependents.get(one) ?? []);
  return only(graph, new Set([...below, ...above]));
}

/** All that is reached from `starts`, themselves included; the search ends after `max` steps. */
export function reached(
  starts: readonly string[],
  next: (id: string) => readonly string[],
  max = Infinity,
): ReadonlySet<string> {
  const found = new Set(starts);
  // It grows while it is walked.
  for (const id of found) {
    if (found.size > max) break;
    for (const other of next(id)) found.add(other);
  }
  return found;
}

/** Each task of the graph with who waits for it there. */
export function relations(graph: TaskGraph): Relations[] {
  const dependents = dependentsById(graph);
  return [...graph.values()].map(({ id, title, state, dependsOn }) => ({
    id,
    title,
    state,
    dependsOn,
    dependents: dependents.get(id) ?? [],
  }));
}

function only(graph: TaskGraph, ids: ReadonlySet<string>): TaskGraph {
  return new Map([...graph].filter(([id]) => ids.has(id)));
}
