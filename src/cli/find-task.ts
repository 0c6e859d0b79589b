import { OrchestraError } from "../core/errors.ts";
import { quoted } from "../core/names.ts";
import { inTaskOrder } from "../core/task-order.ts";
import type { Task } from "../core/task.ts";
import type { BlackboardReader } from "../store/store.ts";

const SHOWN_MAX = 5;

/** The one task whose id is, or begins with, what a person typed. */
export async function findTask(reader: BlackboardReader, typed: string): Promise<Task> {
  const exact = await reader.task(typed);
  if (exact) return exact;
  const ids = typed === "" ? [] : await reader.taskIdsWithPrefix(typed, SHOWN_MAX + 1);
  const [only] = ids;
  if (only === undefined) {
    throw new OrchestraError(
      "TASK_NOT_FOUND",
      `There is no task ${quoted(typed)}. \`orchestra status\` lists them.`,
    );
  }
  if (ids.length > 1) {
    const some = ids.slice(0, SHOWN_MAX).join(", ") + (ids.length > SHOWN_MAX ? ", …" : "");
    throw new OrchestraError("AMBIGUOUS_ID", `${typed} could be ${some}. Type more of the id.`);
  }
  const task = await reader.task(only);
  if (task) return task;
  throw new OrchestraError("TASK_NOT_FOUND", `Task ${only} has just gone.`);
}

/** The tasks that a person typed, each once, the oldest first, but none before one that it waits for. */
export async function findTasks(
  reader: BlackboardReader,
  typed: readonly string[],
): Promise<readonly Task[]> {
  const found = new Map<string, Task>();
  for (const one of typed) {
    const task = await findTask(reader, one);
    found.set(task.id, task);
  }
  return inTaskOrder([...found.values()]);
}
