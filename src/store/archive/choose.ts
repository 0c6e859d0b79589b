import { archivableTasks, type Archivable } from "../../core/archive.ts";
import { attemptId } from "../../core/attempt.ts";
import type { BlackboardReader } from "../store.ts";

/** As much of a task as says which it is and what it left: an id may be used again. */
export type Leaving = {
  readonly id: string;
  readonly createdAtMs: number;
  readonly attemptCount: number;
};

export type Choice = {
  readonly endedBeforeMs: number;
  /** Ids of tasks that stay, however long ago they ended: not all is done that has to be. */
  readonly held: ReadonlySet<string>;
};

/** Tasks read at a time; of each only what decides is kept. */
const TASKS_PER_PAGE = 1_000;

/** The tasks that may leave the blackboard, in an order in which they can. */
export async function chooseLeaving(
  reader: Pick<BlackboardReader, "tasksAfter" | "liveAttempts">,
  { endedBeforeMs, held }: Choice,
): Promise<Leaving[]> {
  const live = new Set((await reader.liveAttempts()).map(({ taskId }) => taskId));
  const tasks = new Map<string, Leaving & Archivable>();
  for (let after: string | undefined = ""; after !== undefined;) {
    const page = await reader.tasksAfter(after, TASKS_PER_PAGE);
    for (const { id, createdAtMs, attemptCount, state, endedAtMs, dependsOn } of page) {
      // One that is held has not come to its end here.
      const isHeld = held.has(id) || live.has(id);
      const end = isHeld ? undefined : endedAtMs;
      tasks.set(id, { id, createdAtMs, attemptCount, state, endedAtMs: end, dependsOn });
    }
    after = page.at(-1)?.id;
  }
  return archivableTasks([...tasks.values()], endedBeforeMs).flatMap((id) => {
    const task = tasks.get(id);
    return task ? [leavingOf(task)] : [];
  });
}

function leavingOf({ id, createdAtMs, attemptCount }: Leaving): Leaving {
  return { id, createdAtMs, attemptCount };
}

/** The names of the folders of a task's attempts. */
export function attemptIds({ id, attemptCount }: Leaving): string[] {
  return Array.from({ length: attemptCount }, (_, index) => attemptId(id, index + 1));
}
