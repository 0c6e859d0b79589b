import { nodeDeps, type Project } from "./app.ts";
import type { NodeDeps } from "./cluster/node/deps.ts";
import { OrchestraError } from "./core/errors.ts";
import { quoted } from "./core/names.ts";
import { inTaskOrder } from "./core/task-order.ts";
import type { Task } from "./core/task.ts";

/** One for who asked for one, and several for several. */
export type Several = Task | readonly Task[];

export async function retry(project: Project, asked: unknown, given: unknown): Promise<Several> {
  const { readRetrying } = await import("./intake/human-shapes.ts");
  const { retryTasks } = await import("./engine/retry-tasks.ts");
  const { note } = readRetrying(given);
  return forTasks(project, asked, async (tasks) => retryTasks(project, tasks, note));
}

export async function cancel(project: Project, asked: unknown, given: unknown): Promise<Several> {
  const { readCancelling } = await import("./intake/human-shapes.ts");
  const { cancelTasks } = await import("./engine/cancel-tasks.ts");
  const { dependents = "wait" } = readCancelling(given);
  const { store, clock } = project;
  // A workspace that cannot be removed now is left to the next run.
  const node = async (): Promise<NodeDeps> => nodeDeps(project, () => undefined);
  const deps = { store, clock, node };
  return forTasks(project, asked, async (tasks) => cancelTasks(deps, tasks, { dependents }));
}

export async function resolve(project: Project, asked: unknown, given: unknown): Promise<Task> {
  const { readAnswer, readIds } = await import("./intake/human-shapes.ts");
  const { resolveTask } = await import("./intake/resolve-task.ts");
  const answer = readAnswer(given);
  const [id = ""] = readIds(asked);
  const task = await taskNamed(project.store, id);
  const spawnedId = await resolveTask(project, task, answer);
  return taskNamed(project.store, spawnedId ?? id);
}

/** Does what is to be done to the tasks of these ids; what is asked of one is answered with one. */
async function forTasks(
  { store }: Project,
  asked: unknown,
  act: (tasks: readonly Task[]) => Promise<void>,
): Promise<Several> {
  const { readIds } = await import("./intake/human-shapes.ts");
  const ids = [...new Set(readIds(asked))];
  const tasks = [];
  for (const id of ids) tasks.push(await taskNamed(store, id));
  await act(inTaskOrder(tasks));
  const now = await store.tasksById(ids);
  const all = ids.flatMap((id) => now.get(id) ?? []);
  const [first] = all;
  return first && !Array.isArray(asked) ? first : all;
}

/** A program says the whole id: what it began with may be another's by now. */
async function taskNamed(store: Project["store"], id: string): Promise<Task> {
  const task = await store.task(id);
  if (task) return task;
  throw new OrchestraError("TASK_NOT_FOUND", `There is no task ${quoted(id)}.`);
}
