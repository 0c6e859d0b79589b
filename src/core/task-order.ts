import { inDependencyOrder } from "./graph.ts";
import type { Task } from "./task.ts";

/** The tasks, the oldest first, but none before one of them that it waits for. */
export function inTaskOrder(tasks: readonly Task[]): readonly Task[] {
  const byAge = tasks.toSorted((a, b) => a.createdAtMs - b.createdAtMs);
  const byId = new Map(byAge.map((task) => [task.id, task]));
  const graph = new Map(
    byAge.map(({ id, dependsOn }) => [id, dependsOn.filter((other) => byId.has(other))]),
  );
  return inDependencyOrder(graph).flatMap((id) => byId.get(id) ?? []);
}
